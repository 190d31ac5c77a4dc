//! The public log from outside: `dajing verify log`, `dajing verify receipt`, and `dajing witness`, which another organisation
//! runs. None of them opens a database.

use clap::{Args, Subcommand};
use platform::log::mirror;
use platform::log::note::Vkey;
use platform::log::opening::Opening;
use platform::log::policy::Policy;
use platform::log::proof::{Fault, Proof};
use platform::log::witness::{Witness, download};
use platform::log::wording;
use platform::log::writer::instant_of;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum Verify {
    /// Check a public log, every leaf of it, at an address or in a folder
    #[command(
        after_help = "Examples:\n  dajing verify log https://data.example.cn/log\n  dajing verify log ./copy --policy policy --since kept.checkpoint\n\nWithout --policy the log's own word is taken for whose key it is: keep its policy file the first time, or take it from\nsomebody you believe. Keep the checkpoint that --keep writes: with --since it shows that nothing was taken back."
    )]
    Log {
        /// https://…/log, or a folder with checkpoint and tile/
        place: String,
        /// Whom to believe: the log's key, the witnesses' keys and how many of them (C2SP tlog-policy)
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// A checkpoint that was kept: the log must begin with it
        #[arg(long, value_name = "FILE")]
        since: Option<PathBuf>,
        /// Write the checkpoint that was found good there
        #[arg(long, value_name = "FILE")]
        keep: Option<PathBuf>,
    },
    /// Check the receipt of one act
    #[command(
        after_help = "Examples:\n  dajing verify receipt 12.tlog-proof --policy policy\n  dajing verify receipt 12.tlog-proof --policy policy --wording 12.json"
    )]
    Receipt {
        file: PathBuf,
        /// Whom to believe
        #[arg(long, value_name = "FILE")]
        policy: PathBuf,
        /// What was published with the act, to be compared with the digest in the receipt
        #[arg(long, value_name = "FILE")]
        wording: Option<PathBuf>,
    },
    /// Check that the texts of an opening are what a leaf committed itself to
    #[command(
        after_help = "Example:\n  dajing verify opening opening-12.json\n\nThat the leaf itself stands in the log is shown by its receipt: dajing verify receipt 12.tlog-proof"
    )]
    Opening { file: PathBuf },
}

#[derive(Args)]
pub struct Watch {
    /// Folder of the witness's own key and of what it has seen; never to be lost and made anew under the same name
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Name of the witness, such as witness.bureau.example.cn
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The key of a log to follow, as its policy file has it; may be given more than once
    #[arg(long = "log", value_name = "VKEY", required = true)]
    logs: Vec<String>,
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Runs a check; prints what was found.
pub fn verify(what: &Verify, json: bool) -> Result<(), String> {
    match what {
        Verify::Log { place, policy, since, keep } => log(place, policy.as_deref(), since.as_deref(), keep.as_deref(), json),
        Verify::Receipt { file, policy, wording } => receipt(file, policy, wording.as_deref(), json),
        Verify::Opening { file } => opening(file, json),
    }
}

fn log(place: &str, policy: Option<&Path>, since: Option<&Path>, keep: Option<&Path>, json: bool) -> Result<(), String> {
    let remote = place.starts_with("http://") || place.starts_with("https://");
    let base = place.trim_end_matches('/');
    let get = |name: &str| if remote { download(&format!("{base}/{name}")) } else { mirror::folder(Path::new(place))(name) };
    let own = policy.is_none();
    let policy = match policy {
        Some(file) => text(file)?,
        None => String::from_utf8(get("policy")?).map_err(|_| "policy: no text".to_string())?,
    };
    let policy = Policy::parse(&policy).map_err(|e| format!("policy: {e}"))?;
    let since = since.map(text).transpose()?;
    let found = mirror::verify(&get, &policy, since.as_deref())?;
    if let Some(file) = keep {
        std::fs::write(file, &found.note).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let witnesses: Vec<String> = found.vouched.witnesses.iter().map(|(n, _)| n.clone()).collect();
    if json {
        println!(
            "{}",
            json!({ "origin": found.checkpoint.origin, "size": found.checkpoint.size, "root": platform::log::note::base64(found.checkpoint.root), "witnesses": witnesses, "own_policy": own, "since": since.is_some() })
        );
        return Ok(());
    }
    println!("{}: {} leaves, every entry, tile and signature holds", found.checkpoint.origin, found.checkpoint.size);
    println!("root {}", platform::log::note::base64(found.checkpoint.root));
    match (found.alone, witnesses.is_empty()) {
        (_, false) => println!("cosigned by {}", witnesses.join(", ")),
        (true, true) => println!("nobody but the log itself vouches for this: its policy asks for no witness"),
        (false, true) => {}
    }
    if since.is_some() {
        println!("it begins with the checkpoint that was kept: nothing was taken back or rewritten");
    } else {
        println!("that nothing was taken back since an earlier day is shown with --since and a checkpoint that was kept");
    }
    if own {
        println!("the policy is the log's own word; pass --policy with one that you keep");
    }
    Ok(())
}

fn receipt(file: &Path, policy: &Path, worded: Option<&Path>, json: bool) -> Result<(), String> {
    let policy = Policy::parse(&text(policy)?).map_err(|e| format!("policy: {e}"))?;
    let found = Proof::parse(&text(file)?).and_then(|p| p.check(&policy, None)).map_err(|fault| match fault {
        Fault::Unreadable(part) => format!("no receipt: its {part} cannot be read"),
        Fault::NotSigned => "its checkpoint is not signed by a log of the policy".into(),
        Fault::TooFewWitnesses => "too few witnesses have cosigned its checkpoint".into(),
        Fault::NoEntry => "it brings no entry".into(),
        Fault::NotIncluded => "its proof does not lead from the entry to the root that was signed".into(),
    })?;
    let entry = String::from_utf8_lossy(&found.entry);
    if let Some(file) = worded {
        let fields = serde_json::from_str(&entry).map_err(|e| format!("entry: {e}"))?;
        if !wording::holds(&fields, &text(file)?) {
            return Err(format!("{}: not what leaf {} has the digest of", file.display(), found.index));
        }
    }
    if json {
        println!("{}", json!({ "index": found.index, "size": found.checkpoint.size, "origin": found.checkpoint.origin, "entry": entry }));
        return Ok(());
    }
    println!("leaf {} of {} ({} leaves) says:\n{entry}", found.index, found.checkpoint.origin, found.checkpoint.size);
    if let Some(file) = worded {
        println!("{} is what was published with it, to the letter", file.display());
    }
    for (name, time) in &found.vouched.witnesses {
        println!("cosigned by {name} at {}", instant_of(*time).map(|t| t.to_string()).unwrap_or_default());
    }
    if policy.asks_nobody_else() {
        println!("nobody but the log itself vouches for this: the policy asks for no witness");
    }
    Ok(())
}

fn opening(file: &Path, json: bool) -> Result<(), String> {
    let opening: Opening = serde_json::from_str(&text(file)?).map_err(|e| format!("no opening: {e}"))?;
    opening.check().map_err(|name| format!("{name} is not what leaf {} committed itself to", opening.number))?;
    if json {
        println!(
            "{}",
            json!({ "number": opening.number, "entry": opening.entry, "holds": opening.opened.iter().map(|o| &o.name).collect::<Vec<_>>() })
        );
        return Ok(());
    }
    println!("leaf {} says:\n{}", opening.number, opening.entry);
    for one in &opening.opened {
        println!("{} is {}", one.name, one.text);
    }
    Ok(())
}

/// Runs the witness until it is told to stop.
pub fn witness(listen: SocketAddr, watch: &Watch) -> Result<(), String> {
    let logs: Result<Vec<Vkey>, String> = watch.logs.iter().map(|k| Vkey::parse(k)).collect();
    let witness = Witness::open(&watch.state, &watch.name, logs?)?;
    println!("witness {}", witness.vkey());
    crate::witness::serve(witness, listen)
}
