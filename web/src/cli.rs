//! The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong words.

mod import;
mod log;

use crate::serve;
use clap::{CommandFactory, Parser, Subcommand};
use platform::config::Settings;
use platform::{Clock, Look};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// 大境 — the platform on which a city runs the authorised operation of its public data.
#[derive(Parser)]
#[command(
    name = "dajing",
    version,
    about,
    after_help = "Examples:\n  dajing demo                         a believable city on http://127.0.0.1:8080\n  dajing serve --data /srv/dajing     SQLite and files under one folder\n  dajing serve --database-url postgres://dajing@db/dajing\n  dajing admin create --email li@example.cn --name 李娜\n  dajing import scenarios list.csv --as desk@example.cn"
)]
struct Cli {
    /// Folder of the database, files and outgoing letters [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// postgres://… or the path of a SQLite file [default: DATA/dajing.db]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Address to serve on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Policy profile: an identity such as zhangjiakou, a version such as zhangjiakou@1, or a file [default: zhangjiakou]
    #[arg(long, global = true, value_name = "ID")]
    profile: Option<String>,
    /// Settings file [default: DATA/dajing.toml when it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print results as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the platform
    Serve,
    /// Load a believable city into DATA (default ./data/demo) and serve it
    #[command(after_help = "Example:\n  dajing demo --listen 127.0.0.1:0")]
    Demo {
        /// Load the city and leave without serving
        #[arg(long)]
        load_only: bool,
    },
    /// Bring the database up to date
    Migrate,
    /// Administrators
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Read a list from a spreadsheet, all rows or none
    #[command(
        after_help = "Examples:\n  dajing import resources catalogue.xlsx --as wang@example.cn --set level=l2\n  dajing import scenarios annex.csv --as desk@example.cn --check"
    )]
    Import(import::Import),
    /// Write everything, rows and files, into one archive that either database can take in
    #[command(
        after_help = "Example:\n  dajing backup --data /srv/dajing /backup/2026-11-21.tar.gz\n\nThe archive does not hold the secret key (DATA/secret.key or secret_key) nor the key of the public log (DATA/log.key or\nlog_key). Keep copies of both apart from the archives: without the first, second factors and unopened bids in them\ncannot be read; without the second, the log cannot go on under the name that others know."
    )]
    Backup { file: PathBuf },
    /// Take an archive into an empty DATA or database
    #[command(
        after_help = "Example, moving to PostgreSQL:\n  cp -p /srv/old/secret.key /srv/new/\n  dajing restore --data /srv/new --database-url postgres://dajing@db/dajing /backup/2026-11-21.tar.gz\n\nThe archive does not hold the secret key and the key of the public log: put the former server's into the new DATA,\nbefore the first start. Where witnesses have seen more than the archive holds, the platform starts read-only."
    )]
    Restore { file: PathBuf },
    /// Check the chain of events, a public log, or a receipt
    Verify {
        #[command(subcommand)]
        what: Option<log::Verify>,
    },
    /// Cosign a public log's checkpoints, for an organisation other than the one that runs the log
    #[command(
        after_help = "Example, at the bureau:\n  dajing witness --listen 0.0.0.0:8090 --state /srv/witness --name witness.bureau.example.cn --log data.example.cn/log+1a2b3c4d+AQ…\n\nThe first start makes the witness's own key and prints its public half for the log's setting log_witnesses. In the hands\nof whoever runs the log a witness proves nothing. If its folder is lost, retire it and begin a new one under a new name."
    )]
    Witness(log::Watch),
    /// Check settings, database, files, disk and policy
    Doctor,
    /// Policy profiles
    Profile {
        #[command(subcommand)]
        command: ProfileCommand,
    },
    /// Settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Print the step tables as Markdown
    Flows,
    /// Print shell completions
    Completions { shell: clap_complete::Shell },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Create the system administrator, or print a one-time link with which to become one
    #[command(
        after_help = "Examples:\n  dajing admin create                                  prints a one-time link\n  dajing admin create --email li@example.cn --name 李娜  reads the password from standard input"
    )]
    Create {
        #[arg(long, requires = "name")]
        email: Option<String>,
        #[arg(long, requires = "email")]
        name: Option<String>,
    },
}

#[derive(Subcommand)]
enum ProfileCommand {
    /// Name each fault of a profile's file; exit code 0 none, 1 faults, 2 the file cannot be read
    #[command(after_help = "Example:\n  dajing profile check zhangjiakou-2.toml")]
    Check { file: PathBuf },
    /// List the profiles that are known: built in, and in DATA/profiles
    List,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print every setting with its value and origin
    Dump,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Profile { command: ProfileCommand::Check { file } } = &cli.command {
        return profile_check(&cli, file);
    }
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // An empty text: what was printed has said it.
            if why.is_empty() {
                return ExitCode::from(1);
            }
            if cli.json {
                println!("{}", json!({ "error": why }));
            } else {
                eprintln!("dajing: {why}");
            }
            ExitCode::from(1)
        }
    }
}

fn settings(cli: &Cli, data: Option<PathBuf>, listen: Option<String>) -> Result<Settings, String> {
    let mut flags: Vec<(&str, String)> = Vec::new();
    if let Some(data) = data {
        flags.push(("data_dir", data.display().to_string()));
    }
    if let Some(profile) = &cli.profile {
        flags.push(("profile", profile.clone()));
    }
    if let Some(url) = &cli.database_url {
        flags.push(("database_url", url.clone()));
    }
    if let Some(listen) = listen.or_else(|| cli.listen.clone()) {
        flags.push(("listen", listen));
    }
    Settings::load(cli.config.as_deref(), std::env::vars(), flags)
}

/// Binds the port before anything is said of it: with port 0 the settings are read again with the port that was given, so
/// that links and QR codes name it.
fn bound(cli: &Cli, data: Option<PathBuf>, first: Settings) -> Result<(Settings, std::net::TcpListener), String> {
    let listener = std::net::TcpListener::bind(first.listen).map_err(|e| format!("{}: {e}", first.listen))?;
    if first.listen.port() != 0 {
        return Ok((first, listener));
    }
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    Ok((settings(cli, data, Some(address.to_string()))?, listener))
}

fn say(cli: &Cli, text: &str, value: serde_json::Value) {
    if cli.json {
        println!("{value}");
    } else {
        println!("{text}");
    }
}

fn run(cli: &Cli) -> Result<(), String> {
    match &cli.command {
        Command::Openapi => {
            let settings = settings(cli, cli.data.clone(), None)?;
            println!("{:#}", crate::openapi::document(&settings.base_url));
            return Ok(());
        }
        Command::Verify { what: Some(what) } => return log::verify(what, cli.json),
        Command::Witness(watch) => {
            serve::log("info", false);
            let listen = cli.listen.as_deref().unwrap_or("127.0.0.1:8090");
            return log::witness(listen.parse().map_err(|_| format!("{listen} is no address with port"))?, watch);
        }
        Command::Flows => {
            if cli.json {
                println!("{:#}", json!(crate::flows::tables()));
            } else {
                print!("{}", crate::flows::markdown());
            }
            return Ok(());
        }
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "dajing", &mut std::io::stdout());
            return Ok(());
        }
        _ => {}
    }
    let data = match (&cli.command, &cli.data) {
        (Command::Demo { .. }, None) => Some(PathBuf::from("data/demo")),
        (_, data) => data.clone(),
    };
    let settings = settings(cli, data, None)?;
    serve::log(&settings.log, settings.log_format == platform::config::LogFormat::Json);
    match &cli.command {
        Command::Serve => {
            let (settings, listener) = bound(cli, cli.data.clone(), settings)?;
            let app = serve::app(&settings, Clock::machine(), false)?;
            if !app.db.look(platform::account::admin::has_admin).map_err(|e| e.to_string())? {
                let secret = app.db.act(platform::account::admin::first_admin_link).map_err(|e| e.to_string())?;
                println!("no administrator yet; become one at {}/link/{secret} (valid for 24 hours)", app.base_url);
            }
            serve::run(app, &settings, listener)
        }
        Command::Demo { load_only } => {
            let accounts = crate::demo::load(&settings)?;
            println!("demo city in {}; sign in with password {} as", settings.data_dir.display(), crate::demo::PASSWORD);
            for a in &accounts {
                println!("  {:<28} {} · {}", a.email, a.name, a.org);
            }
            if *load_only {
                return Ok(());
            }
            let (settings, listener) = bound(cli, Some(settings.data_dir.clone()), settings)?;
            serve::run(serve::app(&settings, Clock::machine(), true)?, &settings, listener)
        }
        Command::Migrate => {
            std::fs::create_dir_all(&settings.data_dir).map_err(|e| e.to_string())?;
            let place = platform::db::Place::parse(settings.database_url.expose())?;
            let ran = platform::schema::migrate(&place).map_err(|e| e.to_string())?;
            say(cli, &format!("{} migrations run", ran.len()), json!({ "ran": ran }));
            Ok(())
        }
        Command::Admin { command: AdminCommand::Create { email, name } } => {
            let db = serve::database(&settings, Clock::machine())?;
            match (email, name) {
                (Some(email), Some(name)) => {
                    eprint!("password: ");
                    let mut password = String::new();
                    std::io::stdin().read_line(&mut password).map_err(|e| e.to_string())?;
                    let password = password.trim_end_matches(['\r', '\n']).to_string();
                    let hash = platform::account::password::hash(&password, email, name).map_err(|refusal| match &refusal {
                        platform::Refusal::Faulty(faults) => faults.iter().map(|f| crate::say::Lang::En.fault(f)).collect::<Vec<_>>().join("; "),
                        _ => refusal.to_string(),
                    })?;
                    let (email, name) = (email.clone(), name.clone());
                    let id = db.act(move |tx| platform::account::admin::create_admin(tx, &email, &name, hash)).map_err(|e| e.to_string())?;
                    say(cli, "administrator created", json!({ "person": id }));
                }
                _ => {
                    let secret = db.act(platform::account::admin::first_admin_link).map_err(|e| e.to_string())?;
                    let link = format!("{}/link/{secret}", settings.base_url.trim_end_matches('/'));
                    say(cli, &format!("{link}\nvalid for 24 hours"), json!({ "link": link }));
                }
            }
            Ok(())
        }
        Command::Import(list) => import::run(&serve::database(&settings, Clock::machine())?, list, cli.json),
        Command::Backup { file } => {
            let (db, store) = (serve::database(&settings, Clock::machine())?, serve::store(&settings)?);
            let done = tokio::runtime::Runtime::new()
                .map_err(|e| e.to_string())?
                .block_on(platform::backup::backup(&db, &store, file))
                .map_err(|e| e.to_string())?;
            say(cli, &format!("{}: {} events, {} files; head {}", file.display(), done.events, done.files, done.head), json!(done));
            Ok(())
        }
        Command::Restore { file } => {
            std::fs::create_dir_all(&settings.data_dir).map_err(|e| e.to_string())?;
            let (place, store) = (settings.place()?, serve::store(&settings)?);
            let done = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?.block_on(platform::backup::restore(&place, &store, file)).map_err(
                |e| match e {
                    platform::Refusal::Taken => "the target already holds data; restore into an empty folder or database".to_string(),
                    other => other.to_string(),
                },
            )?;
            let db = serve::database(&settings, Clock::machine())?;
            let found = db.look(|look: &mut Look| platform::event::verify(look)).map_err(|e| e.to_string())?;
            let (people, announcements) = serve::shut(&db).map_err(|e| e.to_string())?;
            if people + announcements > 0 {
                eprintln!(
                    "the second factors of {people} people and the bids of {announcements} announcements are sealed under a key that the archive does not hold; put the former server's {} into {}",
                    platform::vault::FILE,
                    settings.data_dir.display()
                );
            }
            match found.broken {
                None => {
                    say(cli, &format!("{} events, {} files; the chain holds, head {}", done.events, done.files, found.head), json!(done));
                    Ok(())
                }
                Some((seq, what)) => Err(format!("event {seq}: {what}")),
            }
        }
        Command::Verify { .. } => {
            let db = serve::database(&settings, Clock::machine())?;
            let found = db.look(|look: &mut Look| platform::event::verify(look)).map_err(|e| e.to_string())?;
            match &found.broken {
                None => {
                    say(cli, &format!("the chain of {} events holds; head {}", found.events, found.head), json!(found));
                    Ok(())
                }
                Some((seq, what)) => Err(format!("event {seq}: {what}")),
            }
        }
        Command::Doctor => {
            let checks = crate::doctor::checks(&settings);
            let bad = checks.iter().filter(|c| c.fault).count();
            if cli.json {
                println!("{}", json!(checks));
            } else {
                for c in &checks {
                    println!("{} {}: {}", if c.fault { "✗" } else { "✓" }, c.name, c.found);
                }
            }
            if bad == 0 { Ok(()) } else { Err(format!("{bad} checks failed")) }
        }
        Command::Profile { command: ProfileCommand::List } => {
            let chosen = serve::rules(&settings)?.profile.version_tag();
            let today = platform::day::shanghai_date(Clock::machine().now());
            let lines: Vec<serde_json::Value> = serve::book(&settings)?
                .all()
                .iter()
                .map(|p| json!({ "tag": p.version_tag(), "number": p.number, "name": p.name.in_lang(true), "from": p.in_force.from, "until": p.in_force.until,
                    "chosen": p.version_tag() == chosen, "lapsed": !p.in_force_on(today), "digest": p.digest() }))
                .collect();
            let text: Vec<String> = lines
                .iter()
                .map(|l| {
                    let of = |name: &str| l[name].as_str().unwrap_or("—").to_string();
                    let mark = if l["chosen"] == true { "*" } else { " " };
                    let lapsed = if l["lapsed"] == true { "  NOT IN FORCE" } else { "" };
                    format!("{mark} {:<14} {} … {}  {}{lapsed}", of("tag"), of("from"), of("until"), of("name"))
                })
                .collect();
            say(cli, &text.join("\n"), json!(lines));
            Ok(())
        }
        Command::Config { command: ConfigCommand::Dump } => {
            let table = settings.table();
            let text = table.iter().map(|l| format!("{} = {}   # {}", l.key, l.value, l.origin)).collect::<Vec<_>>().join("\n");
            say(cli, &text, json!(table));
            Ok(())
        }
        Command::Openapi | Command::Flows | Command::Completions { .. } | Command::Profile { .. } | Command::Witness(_) => Ok(()),
    }
}

/// `dajing profile check FILE`: each fault with its line and place.
fn profile_check(cli: &Cli, file: &std::path::Path) -> ExitCode {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) => {
            if cli.json {
                println!("{}", json!({ "error": why.to_string() }));
            } else {
                eprintln!("dajing: {}: {why}", file.display());
            }
            return ExitCode::from(2);
        }
    };
    let faults = platform::profile::Profile::faults(&text);
    if cli.json {
        println!("{}", json!({ "file": file.display().to_string(), "faults": faults }));
    } else {
        for fault in &faults {
            println!("{}:{}: {fault}", file.display(), fault.line.unwrap_or(1));
        }
        if faults.is_empty() {
            println!("{}: no faults", file.display());
        }
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
