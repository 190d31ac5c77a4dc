//! Files in S3-compatible storage, against a stand-in that keeps objects in a map: `cargo test -p platform --features s3`.

#![cfg(feature = "s3")]
#![allow(clippy::unwrap_used, clippy::panic)] // a story that goes wrong stops

use bytes::Bytes;
use platform::clock::At;
use platform::file::{File, Store};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// One request: its line, whether it is signed, its body.
async fn read(stream: &mut TcpStream) -> Option<(String, String, bool, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap().to_string(), words.next().unwrap().to_string());
    let lower = head.to_ascii_lowercase();
    let length: usize = lower.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |n| n.trim().parse().unwrap());
    let mut body = bytes[end..].to_vec();
    while body.len() < length {
        let mut chunk = vec![0; length - body.len()];
        let n = stream.read(&mut chunk).await.unwrap();
        body.extend_from_slice(&chunk[..n]);
    }
    Some((method, path, lower.contains("authorization: aws4-hmac-sha256 credential=key/"), body))
}

/// What S3 answers, as far as files need it: PUT, GET, HEAD and DELETE of one object.
async fn serve(mut stream: TcpStream, objects: Objects) {
    while let Some((method, path, signed, body)) = read(&mut stream).await {
        let found = objects.lock().unwrap().get(&path).cloned();
        let (status, content) = match (method.as_str(), found) {
            _ if !signed => ("403 Forbidden", Vec::new()),
            ("PUT", _) => {
                objects.lock().unwrap().insert(path, body);
                ("200 OK", Vec::new())
            }
            ("DELETE", _) => {
                objects.lock().unwrap().remove(&path);
                ("204 No Content", Vec::new())
            }
            ("GET" | "HEAD", Some(kept)) => ("200 OK", kept),
            _ => ("404 Not Found", Vec::new()),
        };
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: \"1\"\r\nlast-modified: Mon, 02 Mar 2026 01:00:00 GMT\r\n\r\n", content.len());
        let body = if method == "HEAD" { Vec::new() } else { content };
        if stream.write_all(&[head.as_bytes(), &body].concat()).await.is_err() {
            return;
        }
    }
}

/// A stand-in on a port of its own, and the settings that lead there.
async fn stand_in() -> (Objects, Vec<(String, String)>) {
    let objects = Objects::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let kept = objects.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, kept.clone()));
        }
    });
    let settings = [
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "cn-north-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("PATH", "/bin"),
    ];
    (objects, settings.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect())
}

fn row(sha256: &str) -> File {
    let at = At::parse_from_str("2026-03-02T01:00:00", "%Y-%m-%dT%H:%M:%S").unwrap();
    File {
        id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
        owner: None,
        uploader: None,
        noun: None,
        subject: None,
        name: "a.pdf".into(),
        media: "application/pdf".into(),
        size: 8,
        sha256: sha256.into(),
        public: false,
        created_at: at,
    }
}

#[tokio::test]
async fn files_are_kept_in_the_bucket_under_its_prefix_once_for_each_content() {
    let (objects, settings) = stand_in().await;
    let store = Store::open_with("s3://dajing/city/files", settings.clone()).unwrap();
    let bytes = Bytes::from_static(b"%PDF-1.7");
    let put = store.put("说明.pdf", bytes.clone()).await.unwrap();
    assert_eq!((put.name.as_str(), put.size, put.media), ("说明.pdf", 8, "application/pdf"));
    assert_eq!(store.put("同一份.pdf", bytes.clone()).await.unwrap().sha256, put.sha256);
    let keys: Vec<String> = objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(keys, [format!("/dajing/city/files/{}/{}", &put.sha256[..2], put.sha256)]);
    assert_eq!(store.get(&row(&put.sha256)).await.unwrap(), bytes);
    assert_eq!(store.get(&row(&"0".repeat(64))).await, Err(platform::Refusal::NotFound));
    // A megabyte and a bucket without prefix.
    let bare = Store::open_with("s3://dajing", settings).unwrap();
    let large = Bytes::from([b"%PDF-".to_vec(), vec![7; 1 << 20]].concat());
    let put = bare.put("大.pdf", large.clone()).await.unwrap();
    assert_eq!(bare.get(&row(&put.sha256)).await.unwrap(), large);
    assert!(objects.lock().unwrap().contains_key(&format!("/dajing/{}/{}", &put.sha256[..2], put.sha256)));
}

#[tokio::test]
async fn storage_that_refuses_is_unavailable_not_lost() {
    let (_, mut settings) = stand_in().await;
    settings.retain(|(name, _)| name != "AWS_ACCESS_KEY_ID");
    settings.push(("AWS_ACCESS_KEY_ID".into(), "somebody".into()));
    let store = Store::open_with("s3://dajing", settings).unwrap();
    let refused = store.put("a.pdf", Bytes::from_static(b"%PDF-1.7")).await.unwrap_err();
    assert_eq!(refused, platform::file::PutFault::Refused(platform::Refusal::Unavailable));
}
