//! Brings the server up: database, files, post, the daily job, HTTP; and down again without losing an answer.

use crate::app::{App, Site, start_on};
use crate::post::{self, Post};
use platform::config::Settings;
use platform::day::Calendar;
use platform::db::{Place, Rules};
use platform::file::Store;
use platform::log::folder::Folder;
use platform::log::note::Purpose;
use platform::log::signer::{self, Ed25519};
use platform::log::witness::Peer;
use platform::log::{Log, chronicle};
use platform::profile::{Book, Profile};
use platform::vault::Vault;
use platform::{Clock, Db, Refusal};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Every profile that is known: the built-in ones, those in DATA/profiles, and the file that the settings name.
pub fn book(settings: &Settings) -> std::result::Result<Book, String> {
    let mut book = Book::with_folder(&settings.data_dir.join("profiles"))?;
    if let Some(profile) = named(settings)? {
        book.put(profile)?;
    }
    Ok(book)
}

/// The profile of the file that the settings name, when they name a file.
fn named(settings: &Settings) -> std::result::Result<Option<Profile>, String> {
    let Some(path) = settings.profile.as_ref().filter(|named| std::path::Path::new(named).is_file()) else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|e| format!("profile {path}: {e}"))?;
    Profile::parse(&text).map(Some).map_err(|e| format!("profile {path}: {e}"))
}

/// The policy and calendar in force.
pub fn rules(settings: &Settings) -> std::result::Result<Rules, String> {
    in_force(settings, &book(settings)?)
}

fn in_force(settings: &Settings, book: &Book) -> std::result::Result<Rules, String> {
    let chosen = match (&settings.profile, named(settings)?) {
        (_, Some(profile)) => book.get(&profile.version_tag()),
        (Some(id), None) => book.choose(id),
        // A new version of the default policy in DATA/profiles comes into force with the next start.
        (None, None) => book.choose(&Profile::default_profile().id),
    };
    let profile = chosen.cloned().ok_or_else(|| {
        let known: Vec<String> = book.all().iter().map(|p| p.version_tag()).collect();
        format!("profile: no file and no known profile; known are {}", known.join(", "))
    })?;
    Ok(Rules { profile, calendar: Arc::new(Calendar::national().clone()) })
}

/// Opens the database of these settings; runs migrations that wait.
pub fn database(settings: &Settings, clock: Clock) -> std::result::Result<Db, String> {
    std::fs::create_dir_all(&settings.data_dir).map_err(|e| format!("{}: {e}", settings.data_dir.display()))?;
    let place = Place::parse(settings.database_url.expose())?;
    let said = |refusal: Refusal| format!("{}: {refusal}", describe(&place));
    if platform::schema::pending(&place).map_err(said)? {
        platform::schema::migrate(&place).map_err(said)?;
    }
    let book = book(settings)?;
    let rules = in_force(settings, &book)?;
    Db::open_knowing(place.clone(), settings.readers, clock, rules, Arc::new(book), vault(settings)?).map_err(said)
}

/// The keys for what the database keeps sealed: of the settings, or of the data folder, where one is made the first time.
pub fn vault(settings: &Settings) -> std::result::Result<Vault, String> {
    match &settings.secret_key {
        Some(keys) => Vault::parse(keys.expose()),
        None => Vault::in_folder(&settings.data_dir),
    }
}

/// What is sealed under keys that are not here: how many people's second factors, and how many announcements' bids.
pub fn shut(db: &Db) -> platform::Result<(usize, usize)> {
    db.look(|look| Ok((platform::account::totp::shut(look)?, primary::bid::shut(look)?)))
}

/// A place without its password.
pub fn describe(place: &Place) -> String {
    match place {
        Place::Sqlite(path) => path.clone(),
        Place::Postgres(url) => format!("postgres://…@{}", url.rsplit('@').next().unwrap_or("")),
    }
}

/// Where files are kept.
pub fn store(settings: &Settings) -> std::result::Result<Store, String> {
    match settings.store_url.as_deref() {
        None => Store::folder(&settings.data_dir.join("files")).map_err(|e| e.to_string()),
        Some(url) => Store::open(url).map_err(|e| e.to_string()),
    }
}

/// The public log of these settings. It keeps the name under which it began until another is set.
pub fn log_of(settings: &Settings, db: &Db) -> std::result::Result<Log, String> {
    let begun = db.look(platform::log::writer::origin).map_err(|e| e.to_string())?;
    let host = settings.base_url.split_once("://").map_or(settings.base_url.as_str(), |(_, host)| host);
    let origin = settings.log_origin.clone().or(begun).unwrap_or_else(|| format!("{host}/log"));
    let key = match &settings.log_key {
        Some(text) => Ed25519::parse(&origin, Purpose::Log, text.expose())?,
        None => Ed25519::in_folder(&settings.data_dir, signer::FILE, &origin, Purpose::Log)?,
    };
    let peers: std::result::Result<Vec<Peer>, String> = settings.log_witnesses.iter().map(|w| Peer::parse(w)).collect();
    let folder = Folder::open(&settings.data_dir.join("log"))?;
    Log::new(folder, &origin, vec![Box::new(key)], peers?, settings.log_quorum)
}

/// What all requests share, from the settings.
pub fn app(settings: &Settings, clock: Clock, demo: bool) -> std::result::Result<Arc<App>, String> {
    let db = database(settings, clock)?;
    // What was kept bare, or under a key that is no longer the first, is sealed anew.
    let anew = db.act(|tx| Ok(platform::account::totp::seal_anew(tx)? + primary::bid::seal_anew(tx)?)).map_err(|e| e.to_string())?;
    if anew > 0 {
        tracing::info!(anew, "sealed anew");
    }
    match shut(&db).map_err(|e| e.to_string())? {
        (0, 0) => {}
        (people, announcements) => tracing::error!(people, announcements, "sealed under a key that is not here; see `dajing doctor`"),
    }
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new();
    let handle = metrics.install_recorder().map_err(|e| e.to_string())?;
    assemble(settings, db, handle, demo)
}

/// Puts an application together around an open database; for tests that have their own.
pub fn assemble(
    settings: &Settings,
    db: Db,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
    demo: bool,
) -> std::result::Result<Arc<App>, String> {
    let site = &settings.site;
    let index = secondary::index::Index::open(&settings.data_dir.join("index")).map_err(|e| format!("index: {e}"))?;
    let app = Arc::new(App {
        store: store(settings)?,
        index: Arc::new(index),
        finding: tokio::sync::Semaphore::new(1),
        shelf: crate::shelf::Shelf::new(&db, settings.shelf_mib * 1_048_576).map_err(|e| e.to_string())?,
        log: log_of(settings, &db)?,
        db,
        site: Site {
            name_zh: site.name_zh.clone(),
            name_en: site.name_en.clone(),
            operator: site.operator.clone(),
            contact: site.contact.clone(),
            icp: site.icp.clone(),
            police: site.police.clone(),
            gov_code: site.gov_code.clone(),
        },
        demo,
        base_url: settings.base_url.trim_end_matches('/').to_string(),
        secure_cookies: settings.secure_cookies,
        outbox: Some(settings.data_dir.join("outbox")),
        settings: settings.table().to_vec(),
        door: platform::account::Door::new(),
        metrics,
        metrics_token: settings.metrics_token.as_ref().map(|t| t.expose().to_string()),
        demo_accounts: if demo { crate::demo::accounts(&settings.data_dir).unwrap_or_default() } else { Vec::new() },
        sitemap: Default::default(),
        openapi: std::sync::OnceLock::new(),
    });
    crate::follow::begin(&app).map_err(|e| e.to_string())?;
    Ok(app)
}

/// Serves until told to stop; says `listening on http://ADDR` on standard output when ready.
pub fn run(app: Arc<App>, settings: &Settings, listener: std::net::TcpListener) -> std::result::Result<(), String> {
    let post = post::open(settings.smtp_url.as_ref().map(|s| s.expose()), settings.data_dir.join("outbox")).map_err(|e| e.to_string())?;
    let stop = Arc::new(AtomicBool::new(false));
    // Before anything is written, this node's past is compared with what it and its witnesses have shown.
    let mut begun = false;
    log_turn(&app, &mut begun);
    let background = background(app.clone(), post, settings.mail_from.clone(), stop.clone());
    let writer = log_writer(app.clone(), stop.clone(), begun);
    let result = actix_web::rt::System::new().block_on(async {
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        let server = start_on(app.clone(), listener, 2).map_err(|e| format!("{address}: {e}"))?;
        println!("listening on http://{address}");
        let _ = std::io::stdout().flush();
        tracing::info!(%address, "listening");
        server.await.map_err(|e| e.to_string())
    });
    stop.store(true, Ordering::Relaxed);
    let _ = background.join();
    let _ = writer.join();
    result
}

/// What happens without a request: letters leave, and each day's work is done once.
fn background(app: Arc<App>, post: Post, from: String, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut turn = 0u32;
        while !stop.load(Ordering::Relaxed) {
            if turn.is_multiple_of(10) {
                match post::send_waiting(&app, &post, &from) {
                    Ok(0) => {}
                    Ok(n) => tracing::info!(letters = n, "sent"),
                    Err(refusal) => tracing::warn!(%refusal, "post"),
                }
                if let Err(refusal) = crate::daily::run(&app.db)
                    && refusal != Refusal::ReadOnly
                {
                    tracing::warn!(%refusal, "daily job");
                }
            }
            turn = turn.wrapping_add(1);
            std::thread::sleep(Duration::from_millis(500));
        }
    })
}

/// One turn of the public log. Once nothing stands against it, it tells the key it signs with and the rules in force.
fn log_turn(app: &App, begun: &mut bool) {
    let turn = app.log.turn(&app.db).and_then(|size| {
        if !*begun && !app.db.is_frozen() {
            let vkey = app.log.vkey().map(|k| k.to_string()).unwrap_or_default();
            app.db.act(move |tx| Ok(chronicle::key(tx, &vkey)? | chronicle::rules(tx)?))?;
            *begun = true;
        }
        Ok(size)
    });
    match turn {
        Ok(_) => {}
        Err(Refusal::ReadOnly) => tracing::debug!("read-only: the public log stands still"),
        Err(refusal) => tracing::warn!(%refusal, "public log"),
    }
}

/// Writes the public log: looks every second whether there is something new.
fn log_writer(app: Arc<App>, stop: Arc<AtomicBool>, mut begun: bool) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            log_turn(&app, &mut begun);
            std::thread::sleep(Duration::from_millis(1000));
        }
    })
}

/// Log lines on standard error, as text or JSON.
pub fn log(filter: &str, json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false);
    // A second call, as in tests, keeps the first.
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}
