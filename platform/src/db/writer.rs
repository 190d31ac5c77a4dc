//! The one writer of a node: takes acts from the queue and commits them in groups.

use super::{Conn, Known, Look, Place, Tx};
use crate::bell::Bell;
use crate::clock::Clock;
use crate::event::Head;
use crate::{Refusal, Result};
use diesel::connection::SimpleConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

pub(super) trait Job: Send {
    /// Runs the act; true when it is to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Whether the act itself ran out of room.
    fn out_of_space(&self) -> bool;
    /// Undoes an act that was to be kept.
    fn refuse(&mut self, refusal: Refusal);
    /// Answers the caller: after the commit, or with the refusal that undid it.
    fn answer(self: Box<Self>, lost: Option<Refusal>);
}

pub(super) struct Act<T, F> {
    pub run: Option<F>,
    pub result: Option<Result<T>>,
    pub reply: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&mut Tx) -> Result<T> + Send> Job for Act<T, F> {
    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(run) = self.run.take() else { return false };
        let result = catch_unwind(AssertUnwindSafe(|| run(tx))).unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Refusal::Broken(format!("panic in an act: {}", what.unwrap_or_default())))
        });
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }
    fn out_of_space(&self) -> bool {
        matches!(self.result, Some(Err(Refusal::NoSpace)))
    }
    fn refuse(&mut self, refusal: Refusal) {
        self.result = Some(Err(refusal));
    }
    fn answer(self: Box<Self>, lost: Option<Refusal>) {
        let result = match (lost, self.result) {
            // A fault of ours in a lost group is most likely the database's going away.
            (Some(refusal), Some(Ok(_) | Err(Refusal::Broken(_))) | None) => Err(refusal),
            (_, Some(result)) => result,
            (None, None) => Err(Refusal::Unavailable),
        };
        // The caller may have gone; the act stands all the same.
        let _ = self.reply.send(result);
    }
}

/// Most acts in one commit; keeps the wait of the first short.
const GROUP: usize = 256;

/// What the writer has done since the database was opened.
#[derive(Default)]
pub(super) struct Tally {
    pub acts: AtomicU64,
    pub commits: AtomicU64,
}

pub(super) struct Writer {
    pub place: Place,
    pub clock: Clock,
    pub known: Arc<Known>,
    pub tally: Arc<Tally>,
    pub bell: Arc<Bell>,
    pub conn: Option<Conn>,
}

/// Between two acts of a group, and after the last.
const KEEP: &str = "RELEASE act;";
const UNDO: &str = "ROLLBACK TO act; RELEASE act;";
const NEXT: &str = "SAVEPOINT act";
const DONE: &str = "COMMIT";

impl Writer {
    pub fn work(mut self, jobs: mpsc::Receiver<Box<dyn Job>>) {
        let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
        while let Ok(first) = jobs.recv() {
            group.push(first);
            while group.len() < GROUP {
                match jobs.try_recv() {
                    Ok(job) => group.push(job),
                    Err(_) => break,
                }
            }
            metrics::gauge!("dajing_writes_waiting").decrement(group.len() as f64);
            metrics::counter!("dajing_acts_total").increment(group.len() as u64);
            self.tally.acts.fetch_add(group.len() as u64, Ordering::Relaxed);
            let lost = match self.commit(&mut group) {
                Ok(seq) => {
                    self.bell.ring(seq);
                    metrics::counter!("dajing_commits_total").increment(1);
                    self.tally.commits.fetch_add(1, Ordering::Relaxed);
                    None
                }
                Err(refusal) => {
                    tracing::error!(%refusal, acts = group.len(), "group not committed");
                    // A broken connection is not trusted again.
                    self.conn = None;
                    Some(match refusal {
                        Refusal::NoSpace => Refusal::NoSpace,
                        _ => Refusal::Unavailable,
                    })
                }
            };
            for job in group.drain(..) {
                job.answer(lost.clone());
            }
        }
    }

    /// Begins the group's transaction with the first savepoint. A connection that died while idle is made anew, once.
    fn begin(&mut self) -> Result<&mut Conn> {
        let (begin, may_die) = match self.place {
            // The lock orders all nodes' groups, as the chain of events needs.
            Place::Postgres(_) => ("BEGIN; SELECT pg_advisory_xact_lock(7220261); SAVEPOINT act", true),
            Place::Sqlite(_) => ("BEGIN IMMEDIATE; SAVEPOINT act", false),
        };
        if let Some(mut conn) = self.conn.take() {
            match conn.batch_execute(begin) {
                Ok(()) => return Ok(self.conn.insert(conn)),
                Err(fault) if !may_die => return Err(fault.into()),
                Err(_) => {}
            }
        }
        let conn = self.conn.insert(self.place.connect()?);
        conn.batch_execute(begin)?;
        Ok(conn)
    }

    /// Runs the group in one transaction, each act in its own savepoint, one commit for all; returns the number of the last event.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<i64> {
        let (clock, known) = (self.clock.clone(), self.known.clone());
        let conn = self.begin()?;
        let done = Self::run(conn, &clock, &known, group);
        if done.is_err() {
            let _ = conn.batch_execute("ROLLBACK");
        }
        done
    }

    fn run(conn: &mut Conn, clock: &Clock, known: &Known, group: &mut [Box<dyn Job>]) -> Result<i64> {
        let mut head = Head::last(conn)?;
        let last = group.len() - 1;
        for (number, job) in group.iter_mut().enumerate() {
            // Time in the log never runs backwards, whatever the machine's clock does.
            let now = clock.now().max(head.at);
            let mut tx = Tx { look: Look { conn, now, known }, head: head.clone(), events: 0 };
            let keep = job.run(&mut tx);
            let after = tx.head;
            // One round trip between two acts.
            let then = if number == last { DONE } else { NEXT };
            match conn.batch_execute(&format!("{} {then}", if keep { KEEP } else { UNDO })) {
                Ok(()) if keep => head = after,
                Ok(()) => {}
                // SQLite ends the whole transaction when the disk is full.
                Err(_) if job.out_of_space() => return Err(Refusal::NoSpace),
                Err(fault) => {
                    let fault = Refusal::from(fault);
                    // An act that went on after a failed statement spoils itself only, while the connection lives.
                    if !keep || conn.batch_execute(&format!("{UNDO} {then}")).is_err() {
                        return Err(fault);
                    }
                    job.refuse(fault);
                }
            }
        }
        Ok(head.seq)
    }
}
