//! One effect for one request.

use chrono::Duration;
use platform::once::{forget_old, once};
use platform::people::person;
use platform::{Caller, Refusal, Result, Tx};
use std::sync::atomic::{AtomicU32, Ordering};
use support::on_both;

/// Enters a person under a key; the answer is the person's id.
fn enter(tx: &mut Tx, who: &Caller, key: &str, digest: &str, email: &str) -> Result<String> {
    once(tx, who, key, "POST /people", digest, |tx| Ok(person::enter(tx, who, email, "甲", "zh-CN")?.to_string()))
}

on_both! {
    a_repeated_key_gets_the_first_answer(world) {
        let legal = world.legal(1);
        let first = legal.tries(|tx, who| enter(tx, who, "k1", "d1", "once@example.cn")).unwrap();
        let length = world.log_length();
        assert_eq!(legal.tries(|tx, who| enter(tx, who, "k1", "d1", "once@example.cn")), Ok(first));
        assert_eq!(world.log_length(), length, "no second act");
        assert_eq!(legal.tries(|tx, who| enter(tx, who, "k1", "d2", "else@example.cn")), Err(Refusal::KeyReused));
        let elsewhere = legal.tries(|tx, who| once(tx, who, "k1", "POST /else", "d1", |_| Ok(String::new())));
        assert_eq!(elsewhere, Err(Refusal::KeyReused));
        // The key is a person's own.
        world.legal(2).tries(|tx, who| enter(tx, who, "k1", "d2", "other@example.cn")).unwrap();
    }

    a_refused_request_leaves_its_key_free(world) {
        let legal = world.legal(1);
        assert_eq!(legal.tries(|tx, who| enter(tx, who, "k2", "d1", "no address")), Err(Refusal::fault("email", "not-email")));
        legal.tries(|tx, who| enter(tx, who, "k2", "d2", "right@example.cn")).unwrap();
    }

    sixteen_at_once_have_one_effect(world) {
        let legal = world.legal(1);
        let ran = AtomicU32::new(0);
        let answers: Vec<Result<String>> = std::thread::scope(|threads| {
            let hands: Vec<_> = (0..16).map(|_| threads.spawn(|| {
                let answer = legal.tries(|tx, who| enter(tx, who, "k3", "d1", "sixteen@example.cn"));
                ran.fetch_add(1, Ordering::Relaxed);
                answer
            })).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        assert_eq!(ran.into_inner(), 16);
        assert!(answers.iter().all(|a| a.is_ok() && *a == answers[0]), "{answers:?}");
    }

    a_key_is_forgotten_after_a_day(world) {
        let legal = world.legal(1);
        legal.tries(|tx, who| enter(tx, who, "k4", "d1", "day1@example.cn")).unwrap();
        world.passes(Duration::hours(24));
        assert_eq!(world.db.act(forget_old), Ok(0), "24 hours are not yet over");
        world.passes(Duration::seconds(1));
        assert_eq!(world.db.act(forget_old), Ok(1));
        legal.tries(|tx, who| enter(tx, who, "k4", "d2", "day2@example.cn")).unwrap();
    }
}
