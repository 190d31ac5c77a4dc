//! The built program with its demo city, on a port of its own.

use crate::place::Folder;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long a debug build may take to fill the demo city.
const PATIENCE: Duration = Duration::from_secs(180);

/// `dajing demo`, running until it is dropped.
pub struct Demo {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    folder: Folder,
}

/// The program that `cargo build --workspace --bins` left beside this test.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("this test's own path");
    let built = own.ancestors().nth(2).expect("the target folder").join("dajing");
    assert!(built.is_file(), "{} is not built: cargo build --workspace --bins", built.display());
    built
}

/// Sends every line of a stream on.
pub(crate) fn follow(stream: impl Read + Send + 'static, lines: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                // Nobody listens any more; keep the pipe from filling up.
                continue;
            }
        }
    });
}

/// The first thing that `find` finds in the lines; all of them in the report when it finds nothing.
pub(crate) fn wait_for<T>(lines: &mpsc::Receiver<String>, patience: Duration, find: impl Fn(&str) -> Option<T>) -> T {
    let until = Instant::now() + patience;
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let Some(found) = find(&line) {
            return found;
        }
        said.push_str(&line);
        said.push('\n');
    }
    panic!("it ended or was not ready after {} s; it said:\n{said}", patience.as_secs());
}

/// Asks a process to end, and makes it end when it does not.
pub(crate) fn end(child: &mut Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    for _ in 0..50 {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    let _ = child.wait();
}

impl Demo {
    /// Starts the demo city in a folder of its own and waits until it listens.
    pub fn start() -> Self {
        Self::start_with(&[])
    }
    /// The same with further arguments.
    pub fn start_with(arguments: &[&str]) -> Self {
        let folder = Folder::fresh();
        let mut child = Command::new(program())
            .args(["demo", "--data"])
            .arg(folder.path().join("data"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (say, lines) = mpsc::channel();
        follow(child.stdout.take().expect("its output"), say.clone());
        follow(child.stderr.take().expect("its complaints"), say);
        let url = wait_for(&lines, PATIENCE, |line| {
            let url = &line[line.find("listening on http://")? + "listening on ".len()..];
            Some(url.split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or(url).trim_end_matches('/').to_string())
        });
        Self { child, url, folder }
    }
    /// The demo's data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
