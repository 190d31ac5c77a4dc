//! The demo city served from inside the test: loaded once per test program, copied for each story, so that every story
//! may change what it likes.

use crate::place::Folder;
use crate::visitor::Visitor;
use dajing::app::App;
use dajing::demo::{Account, PASSWORD};
use platform::account::totp;
use platform::config::Settings;
use platform::{At, Clock, Look, Result};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread::JoinHandle;

/// A copy of the demo city, answering on a port of its own until it is dropped.
pub struct City {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    pub app: Arc<App>,
    accounts: Vec<Account>,
    /// The last step of each account's codes that was used: a code counts once.
    used: Mutex<HashMap<String, At>>,
    server: actix_web::dev::ServerHandle,
    thread: Option<JoinHandle<()>>,
    folder: Folder,
}

fn settings(data: &Path, url: Option<&str>) -> Settings {
    settings_with(data, url, Vec::new())
}

fn settings_with(data: &Path, url: Option<&str>, more: Vec<(&'static str, String)>) -> Settings {
    let mut flags = vec![("data_dir", data.display().to_string()), ("listen", "127.0.0.1:0".to_string())];
    flags.extend(url.map(|url| ("database_url", url.to_string())));
    flags.extend(more);
    Settings::load(None, std::iter::empty(), flags).expect("settings of a test")
}

/// The loaded city that is copied. It stays beside the built test, named by the test's own build and by the day, so that
/// it is loaded anew whenever either changed.
fn model(at: Option<At>) -> &'static Path {
    static MODEL: OnceLock<PathBuf> = OnceLock::new();
    static MODEL_AT: OnceLock<PathBuf> = OnceLock::new();
    let model = if at.is_none() { &MODEL } else { &MODEL_AT };
    model.get_or_init(|| {
        let own = std::env::current_exe().expect("this test's own path");
        let built = own.metadata().expect("this test").modified().expect("its age");
        let today = at.map_or_else(|| platform::day::shanghai_date(Clock::machine().now()).to_string(), |at| at.to_string());
        let name = platform::event::sha256(format!("{}{built:?}{today}", own.display()));
        let home = own.ancestors().nth(3).expect("the target folder").join("tmp").join("cities");
        let of_this = own.file_stem().and_then(|s| s.to_str()).and_then(|s| s.split('-').next()).unwrap_or("test").to_string();
        let of_this = if at.is_none() { of_this } else { format!("{of_this}_at") };
        let place = home.join(format!("{of_this}-{}", &name[..16]));
        if dajing::demo::accounts(&place).is_none() {
            // Those of earlier builds, and what an interrupted run left.
            for old in std::fs::read_dir(&home).into_iter().flatten().flatten() {
                if old.file_name().to_string_lossy().starts_with(&format!("{of_this}-")) {
                    let _ = std::fs::remove_dir_all(old.path());
                }
            }
            std::fs::create_dir_all(&place).expect("folder for the demo city");
            let started = std::time::Instant::now();
            let settings = settings(&place, None);
            at.map_or_else(|| dajing::demo::load(&settings), |at| dajing::demo::load_until(&settings, at)).expect("the demo city");
            eprintln!("the demo city was loaded in {:.1} s", started.elapsed().as_secs_f64());
        }
        // The last connection folds its journal into the database when it closes, a moment after the load is over.
        for _ in 0..200 {
            if !place.join("dajing.db-wal").exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        place
    })
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder of a copy");
    for item in std::fs::read_dir(from).expect("folder to copy").flatten() {
        let target = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).expect("file to copy");
        }
    }
}

/// A copy of the loaded city in that folder, for whoever starts the program itself.
pub fn copied(to: &Path) {
    copy(model(None), to);
}

fn copy_of(model: &Path) -> Folder {
    let folder = Folder::fresh();
    copy(model, &folder.path().join("data"));
    folder
}

/// The address by which somebody of the demo's story signs in.
pub fn email(name: &str) -> String {
    match name {
        "system_admin" => "system@demo.example".into(),
        other => format!("{}@demo.example", other.replace('_', ".")),
    }
}

impl City {
    /// Opens a copy of the demo city and serves it.
    pub fn open() -> Self {
        Self::serve(copy_of(model(None)), None, Clock::machine(), true)
    }
    /// The demo city as if that instant were now; from there its clock runs on.
    pub fn open_at(now: At) -> Self {
        let clock = Clock::machine();
        clock.advance(now - Clock::machine().now());
        Self::serve(copy_of(model(Some(now))), None, clock, true)
    }
    /// A copy of the demo city under settings of one's own, made once its data folder is there.
    pub fn open_under(make: impl FnOnce(&Path) -> Vec<(&'static str, String)>) -> Self {
        let folder = copy_of(model(None));
        let more = make(&folder.path().join("data"));
        Self::serve_under(folder, None, Clock::machine(), true, more)
    }
    /// A new city with nobody in it, on a clock that only moves when told.
    pub fn empty(now: At) -> Self {
        Self::serve(Folder::fresh(), None, Clock::by_hand(now), false)
    }
    /// The same on a database of one's own.
    pub fn empty_on(url: &str, now: At) -> Self {
        Self::serve(Folder::fresh(), Some(url), Clock::by_hand(now), false)
    }

    /// What was told in a world of crates, served; the world must outlive it.
    pub fn over(world: &crate::World) -> Self {
        let folder = Folder::fresh();
        let settings = settings(&folder.path().join("data"), None);
        Self::answers(folder, &settings, world.db.clone(), Vec::new(), false)
    }

    fn serve(folder: Folder, url: Option<&str>, clock: Clock, demo: bool) -> Self {
        Self::serve_under(folder, url, clock, demo, Vec::new())
    }

    fn serve_under(folder: Folder, url: Option<&str>, clock: Clock, demo: bool, more: Vec<(&'static str, String)>) -> Self {
        let data = folder.path().join("data");
        let settings = settings_with(&data, url, more);
        let accounts = dajing::demo::accounts(&data).unwrap_or_default();
        let db = dajing::serve::database(&settings, clock).expect("the city's database");
        // What is due by now, as the running server does it every few seconds.
        dajing::daily::run(&db).expect("the daily job");
        Self::answers(folder, &settings, db, accounts, demo)
    }

    fn answers(folder: Folder, settings: &Settings, db: platform::Db, accounts: Vec<Account>, demo: bool) -> Self {
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let app = dajing::serve::assemble(settings, db, metrics, demo).expect("the application");
        let (say, hear) = mpsc::channel::<(actix_web::dev::ServerHandle, SocketAddr)>();
        let served = app.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (server, address) = dajing::app::start(served, "127.0.0.1:0", 2).expect("a port");
                say.send((server.handle(), address)).expect("the story listens");
                server.await.expect("the server");
            });
        });
        let (server, address) = hear.recv().expect("the server starts");
        Self { url: format!("http://{address}"), app, accounts, used: Mutex::default(), server, thread: Some(thread), folder }
    }

    /// The data folder of this copy.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
    /// Somebody outside, with no cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }
    /// The account of somebody of the demo's story.
    pub fn account(&self, name: &str) -> &Account {
        let email = email(name);
        self.accounts.iter().find(|a| a.email == email).unwrap_or_else(|| panic!("nobody in the demo has the address {email}"))
    }
    /// A code that this account has not used yet.
    pub fn code(&self, name: &str) -> Option<String> {
        let account = self.account(name);
        let secret = account.secret.as_deref()?;
        let now = self.app.db.clock().now();
        let mut used = self.used.lock().expect("used codes");
        let at = used.get(&account.email).map_or(now, |last| (*last + chrono::Duration::seconds(30)).max(now));
        used.insert(account.email.clone(), at);
        totp::code_at(secret, at)
    }
    /// Somebody signed in through the real page, with the one-time code where the role needs one.
    pub fn enters(&self, name: &str) -> Visitor {
        let visitor = self.visitor();
        let typed = [("email", email(name)), ("password", PASSWORD.to_string()), ("code", self.code(name).unwrap_or_default())];
        visitor.page("/sign-in");
        let answer = visitor.post("/sign-in", &typed.iter().map(|(k, v)| (*k, v.as_str())).collect::<Vec<_>>());
        assert_eq!(answer.status, 303, "{name} signs in: {}", answer.text);
        assert_eq!(answer.header("location"), "/work", "{name} comes in");
        visitor.named(name)
    }
    /// Asks the city's database.
    pub fn look<T>(&self, question: impl FnOnce(&mut Look) -> Result<T>) -> T {
        self.app.db.look(question).expect("the city's database")
    }
    /// Lets time pass; what comes due happens, as the running server does it every few seconds.
    pub fn passes(&self, by: chrono::Duration) {
        self.app.db.clock().advance(by);
        // On a thread of its own, so that a story told in a browser may let time pass too.
        std::thread::scope(|threads| threads.spawn(|| dajing::daily::run(&self.app.db)).join().expect("the daily job")).expect("the daily job");
    }
    /// Lets time pass until that instant.
    pub fn until(&self, at: At) {
        self.passes(at - self.app.db.clock().now());
    }
    /// How many events the log has.
    pub fn log_length(&self) -> i64 {
        self.look(platform::event::verify).events
    }
}

impl Drop for City {
    fn drop(&mut self) {
        drop(self.server.stop(false));
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(ended.is_none_or(|joined| joined.is_ok()), "the server broke off");
            // Whatever was asked of it, the log is one chain.
            assert_eq!(self.look(platform::event::verify).broken, None, "the chain of events is broken");
        }
    }
}
