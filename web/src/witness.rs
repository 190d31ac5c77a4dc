//! The witness over HTTP: two addresses and nothing else (C2SP tlog-witness). No database, no pages, no cookies.

use actix_web::{App, HttpResponse, HttpServer, web};
use platform::Clock;
use platform::log::witness::{Reply, Witness};
use std::io::Write;
use std::net::SocketAddr;

/// Largest request: a checkpoint with a hundred signatures and 63 hashes is far below it.
const MOST: usize = 65_536;

fn answer((status, media, text): Reply) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type(media).insert_header(("cache-control", "no-store")).body(text)
}

async fn add(witness: web::Data<Witness>, body: String) -> HttpResponse {
    let now = Clock::machine().now().and_utc().timestamp();
    let time = u64::try_from(now).unwrap_or(0);
    // It waits for the disk.
    match web::block(move || witness.add(&body, time)).await {
        Ok(reply) => answer(reply),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn seen(witness: web::Data<Witness>, origin: web::Path<String>) -> HttpResponse {
    answer(witness.seen(&origin))
}

/// Starts the server on a port that is bound already.
pub fn start(witness: Witness, listener: std::net::TcpListener) -> std::io::Result<actix_web::dev::Server> {
    let witness = web::Data::new(witness);
    let app = move || {
        App::new()
            .app_data(witness.clone())
            .app_data(web::PayloadConfig::new(MOST))
            .route("/add-checkpoint", web::post().to(add))
            .route("/{origin}/checkpoint", web::get().to(seen))
    };
    Ok(HttpServer::new(app).workers(1).listen(listener)?.run())
}

/// Serves until told to stop; says `listening on http://ADDR` on standard output when ready.
pub fn serve(witness: Witness, listen: SocketAddr) -> Result<(), String> {
    let listener = std::net::TcpListener::bind(listen).map_err(|e| format!("{listen}: {e}"))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    actix_web::rt::System::new().block_on(async {
        let server = start(witness, listener).map_err(|e| e.to_string())?;
        println!("listening on http://{address}");
        let _ = std::io::stdout().flush();
        server.await.map_err(|e| e.to_string())
    })
}
