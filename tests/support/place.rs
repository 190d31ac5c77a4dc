//! Fresh places: a SQLite file in a folder of its own, or a database of its own on the PostgreSQL of `DAJING_TEST_POSTGRES`.

use diesel::connection::SimpleConnection;
use platform::db::{Place, Rules};
use platform::{Clock, Db, schema};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// A name that no other test of this machine uses at the same time.
fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    format!("dajing_{}_{}_{nanos}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A folder that is removed when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn fresh() -> Self {
        let path = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&path).expect("folder for a test");
        Self(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A database that is dropped when the test is over.
pub struct Database {
    server: String,
    name: String,
}

/// The same URL with another database's name.
fn with_database(url: &str, name: &str) -> String {
    let (head, query) = url.split_once('?').map_or((url, None), |(h, q)| (h, Some(q)));
    let base = head.rsplit_once('/').map_or(head, |(base, _)| base);
    query.map_or_else(|| format!("{base}/{name}"), |q| format!("{base}/{name}?{q}"))
}

/// The PostgreSQL of the test run. `None`, and said so, only when skipping was asked for; a run that merely forgot it fails.
pub fn server() -> Option<String> {
    match (std::env::var("DAJING_TEST_POSTGRES"), std::env::var("DAJING_TEST_SKIP_POSTGRES").as_deref()) {
        (_, Ok("1")) => {
            crate::skipped("PostgreSQL: DAJING_TEST_SKIP_POSTGRES=1");
            None
        }
        (Ok(url), _) if !url.is_empty() => Some(url),
        _ => panic!("DAJING_TEST_POSTGRES is not set: run `bash tests/run`, or set DAJING_TEST_SKIP_POSTGRES=1 to go without"),
    }
}

fn admin(server: &str, sql: &str) -> platform::Result<()> {
    Ok(Place::Postgres(server.into()).connect()?.batch_execute(sql)?)
}

impl Database {
    /// A database with the schema, copied from a template that is made once per run.
    pub fn fresh() -> Option<Self> {
        let server = server()?;
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| template(&server));
        let name = unique();
        // Copying fails while another test's copy has the template open for a moment: the server waits 5 s, then says so.
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        admin(&server, &sql).or_else(|_| admin(&server, &sql)).expect("copy of the template database");
        Some(Self { server, name })
    }
    /// An empty database without the schema.
    pub fn bare() -> Option<Self> {
        let server = server()?;
        let name = unique();
        admin(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")).expect("empty database");
        Some(Self { server, name })
    }
    pub fn place(&self) -> Place {
        Place::Postgres(with_database(&self.server, &self.name))
    }
    /// Hangs up on everybody and lets nobody in.
    pub fn goes_away(&self) {
        let name = &self.name;
        admin(&self.server, &format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).expect("a database to close");
        let hang_up = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        admin(&self.server, &hang_up).expect("connections to end");
    }
    /// Lets everybody in again; nothing is lost.
    pub fn comes_back(&self) {
        admin(&self.server, &format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name)).expect("a database to open");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = admin(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// Makes the template database unless it stands; named by what the migrations say, so that an old one is never used.
fn template(server: &str) -> String {
    let mut text = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("tables")).expect("migrations").map(|d| d.unwrap().path().join("up.sql")).collect();
    files.sort();
    files.push(root.join("postgres.sql"));
    for file in files {
        text.push_str(&std::fs::read_to_string(file).expect("migration"));
    }
    let name = format!("dajing_template_{}", &platform::event::sha256(text)[..16]);
    // One process makes it, the others wait for the lock of this session.
    let mut conn = Place::Postgres(server.into()).connect().expect("PostgreSQL of DAJING_TEST_POSTGRES");
    conn.batch_execute("SELECT pg_advisory_lock(7220263)").expect("lock");
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let found: Found = diesel::RunQueryDsl::get_result(
        diesel::sql_query("SELECT count(*) AS count FROM pg_database WHERE datname = $1").bind::<diesel::sql_types::Text, _>(&name),
        &mut conn,
    )
    .expect("list of databases");
    if found.count == 0 {
        let making = Database::bare().expect("a server");
        schema::migrate(&making.place()).expect("migrations");
        conn.batch_execute(&format!("ALTER DATABASE {} RENAME TO {name}", making.name)).expect("template");
    }
    name
}

/// What keeps a place alive.
pub enum Keep {
    Folder(Folder),
    Database(Database),
}

/// A SQLite file without tables.
pub fn bare_sqlite() -> (Keep, Place) {
    let folder = Folder::fresh();
    let place = Place::Sqlite(folder.path().join("dajing.db").to_string_lossy().into_owned());
    (Keep::Folder(folder), place)
}

/// A PostgreSQL database without tables.
pub fn bare_postgres() -> Option<(Keep, Place)> {
    let database = Database::bare()?;
    let place = database.place();
    Some((Keep::Database(database), place))
}

/// A SQLite file with the schema.
pub fn sqlite() -> (Keep, Place) {
    let (keep, place) = bare_sqlite();
    schema::migrate(&place).expect("migrations on SQLite");
    (keep, place)
}

/// A PostgreSQL database with the schema.
pub fn postgres() -> Option<(Keep, Place)> {
    let database = Database::fresh()?;
    let place = database.place();
    Some((Keep::Database(database), place))
}

/// The built-in policy and the national calendar.
pub fn rules() -> Rules {
    Rules {
        profile: Arc::new(platform::profile::Profile::default_profile().clone()),
        calendar: Arc::new(platform::day::Calendar::national().clone()),
    }
}

/// Opens a place whose schema stands.
pub fn open(place: &Place, clock: &Clock) -> Db {
    open_under(place, clock, rules())
}
/// The same under other rules.
pub fn open_under(place: &Place, clock: &Clock, rules: Rules) -> Db {
    Db::open(place.clone(), 8, clock.clone(), rules).expect("database of a test")
}
