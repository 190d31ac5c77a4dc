//! The browser itself: it types Chinese, sees what is wrong with a page, and works without scripts.

use std::io::{Read, Write};
use std::net::TcpListener;
use support::browser::{Look, browse};

const SOUND: &str = r#"<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>大境</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"></head>
<body><main><h1>公共数据授权运营</h1><form><label for="name">名称</label><input id="name" name="name"><button id="go">提交</button></form>
<p id="said">未提交</p><noscript><p id="plain">没有脚本</p></noscript></main>
<script>document.querySelector('form').addEventListener('submit', e => { e.preventDefault();
document.querySelector('#said').textContent = '已提交:' + document.querySelector('#name').value; })</script></body></html>"#;

const FAULTY: &str = r#"<!doctype html><html><head><meta charset="utf-8"><title></title><link rel="icon" href="data:,"></head>
<body><input name="x"><p style="color:#ddd;background:#fff">看不清</p><div style="width:3000px">太宽</div>
<script>throw new Error('broken on purpose')</script><script src="https://elsewhere.invalid/x.js"></script></body></html>"#;

/// Serves two pages from a thread until the test is over: `/` and `/faulty`.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            std::thread::spawn(move || {
                let mut asked = [0; 4096];
                let size = stream.read(&mut asked).unwrap_or(0);
                let faulty = asked[..size].starts_with(b"GET /faulty");
                let (body, policy) =
                    if faulty { (FAULTY, "default-src 'self' 'unsafe-inline'") } else { (SOUND, "default-src 'self' 'unsafe-inline' data:") };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Security-Policy: {policy}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            });
        }
    });
    url
}

#[test]
fn a_page_is_read_typed_into_and_kept() {
    let url = serve();
    browse("harness", Look::default(), async |browser| {
        browser.goto(&url).await?;
        assert_eq!(browser.title().await?, "大境");
        browser.types("name", "停车治理𠮷").await?;
        browser.click("#go").await?;
        assert_eq!(browser.text("#said").await?, "已提交:停车治理𠮷");
        browser.sound("sound").await?;
        let picture = std::fs::read(browser.keep("submitted").await)?;
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 4_000, "{} bytes", picture.len());
        Ok(())
    });
}

#[test]
fn what_is_wrong_with_a_page_is_seen() {
    let url = serve();
    browse("harness-faulty", Look::default(), async |browser| {
        browser.goto(format!("{url}/faulty")).await?;
        let barriers = browser.barriers().await?.join("\n");
        for rule in ["document-title", "html-has-lang", "label", "color-contrast"] {
            assert!(barriers.contains(rule), "{rule} not in {barriers}");
        }
        let complaints = browser.complaints().await?.join("\n");
        for what in ["broken on purpose", "Content Security Policy"] {
            assert!(complaints.contains(what), "{what} not in {complaints}");
        }
        assert!(browser.overhang().await? > 1_000);
        Ok(())
    });
}

#[test]
fn a_narrow_page_is_narrow_and_a_plain_one_has_no_scripts() {
    let url = serve();
    browse("harness-narrow", Look::narrow(), async |browser| {
        browser.goto(&url).await?;
        let width: i64 = browser.execute("return window.innerWidth", vec![]).await?.convert()?;
        assert_eq!(width, 320);
        browser.sound("narrow").await
    });
    browse("harness-plain", Look::plain(), async |browser| {
        browser.goto(&url).await?;
        assert_eq!(browser.text("#plain").await?, "没有脚本");
        Ok(())
    });
}
