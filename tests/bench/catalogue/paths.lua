-- Asks for the paths of a file in turn; arguments: FILE THREADS once|round. Each thread takes every n-th line.
-- "once" stops a thread when its paths are spent, so that no path is ever asked twice.
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(args)
    wrk.headers["Accept"] = "text/html"
    wrk.headers["Accept-Language"] = "zh-CN"
    local every, line_number = tonumber(args[2]), 0
    requests, at, once = {}, 0, args[3] == "once"
    for path in io.lines(args[1]) do
        if line_number % every == number then
            requests[#requests + 1] = wrk.format("GET", path)
        end
        line_number = line_number + 1
    end
end

function request()
    at = at + 1
    if at > #requests then
        if once then
            wrk.thread:stop()
        end
        at = 1
    end
    return requests[at]
end

function done(summary, latency, _)
    local e = summary.errors
    io.write(string.format('RESULT {"requests": %d, "seconds": %.6f, "bytes": %d, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
