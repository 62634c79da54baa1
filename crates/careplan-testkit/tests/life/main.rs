//! A simulated life: random lists of steps in a whole exchange, with shrinking.
//!
//! **Simulated.** Two offices with real clients (state in SQLite, keys, folders) and a real platform
//! in this process, over real TLS, with one clock moved by hand. Steps: send small and large
//! letters, work, import, withdraw, remind, replay, send poison; export sets into shared folders, whole, slowly or lacking
//! a file, and once more under the same serial; look into them, take what lies there to be imported. And what happens to offices:
//! a request or an answer is lost; the power of a client is cut at any of its named points; its disk is full; its clock is
//! wrong by up to thirty hours; a shared folder is away; a second client is started on the same data; the operator stops the office. The platform
//! crashes, is restarted in order, changes to another replica, or is away for up to two days; time jumps; retention runs.
//!
//! **Out of reach.** What the operating system does to a file that was not synced (torture kills
//! real processes instead), files that another program locks, failures inside the database
//! server, more than two offices.
//!
//! **Failure** is: an accepted transmission that at the end is neither acknowledged (once, with its
//! files once in the inbox folder, byte for byte) nor withdrawn, refused or expired with a receipt
//! that says so and that its sender holds; a file that vanished from an export folder or was handed to care software
//! twice or otherwise than it was sent; a transmission at the platform that the sender does not
//! know, or the reverse; a replay that gets another receipt; an audit chain that does not hold.
//!
//! **No failure** is: a letter that could not be prepared because the platform was away (its sender
//! was told so); a withdrawal that came too late; a letter that was refused because it waited in an
//! outbox for longer than a signature may be old.
//!
//! `CAREPLAN_LIFE_CASES=500 cargo nextest run -p careplan-testkit --test life` looks longer.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod care_software;
mod step;
mod verdict;
mod world;

use std::sync::atomic::{AtomicUsize, Ordering};

use careplan_testkit::database::Engine;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use step::{Step, steps};
use world::World;

/// Cases in an ordinary run: about half a minute for each database.
const CASES_SQLITE: u32 = 16;
const CASES_POSTGRES: u32 = 6;

/// A failing list is made shorter this often; every try lives a whole life.
const SHRINKS_MAX: u32 = 60;

#[test]
fn every_accepted_transmission_comes_to_exactly_one_end_on_sqlite() {
    live(Engine::Sqlite, CASES_SQLITE);
}

#[test]
fn every_accepted_transmission_comes_to_exactly_one_end_on_postgres() {
    live(Engine::Postgres, CASES_POSTGRES);
}

/// An ordinary run lives the same lives each time, so that red means that a change broke
/// something; asked for more cases, it looks for lives that nobody lived yet.
const SEED: u64 = 20_261_127;

fn live(engine: Engine, cases: u32) {
    let wanted = wanted_cases();
    let config = Config {
        cases: wanted.unwrap_or(cases),
        rng_seed: if wanted.is_some() { RngSeed::Random } else { RngSeed::Fixed(SEED) },
        max_shrink_iters: SHRINKS_MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let reminders = AtomicUsize::new(0);
    let lived = TestRunner::new(config).run(&steps(), |steps| {
        runtime
            .block_on(one_life(engine, &steps, &reminders))
            .map_err(|fault| TestCaseError::fail(format!("{fault:#}")))
    });
    if let Err(failure) = lived {
        panic!("{failure}");
    }
    // Else the examples are too old to be reminded of, and these lives prove less than they say.
    assert!(reminders.load(Ordering::Relaxed) > 0, "nobody was reminded of anything");
}

async fn one_life(engine: Engine, steps: &[Step], reminders: &AtomicUsize) -> anyhow::Result<()> {
    let mut world = World::begin(engine).await?;
    let mut ended = Ok(());
    for step in steps {
        ended = world.live(step).await;
        if ended.is_err() {
            break;
        }
    }
    if ended.is_ok() {
        ended = match world.settle().await {
            Ok(()) => verdict::pass(&world).await,
            Err(fault) => Err(fault),
        };
    }
    reminders.fetch_add(world.reminders.len(), Ordering::Relaxed);
    world.end().await;
    ended
}

#[expect(clippy::disallowed_methods, reason = "the one place of this test that reads the environment")]
fn wanted_cases() -> Option<u32> {
    std::env::var("CAREPLAN_LIFE_CASES").ok()?.parse().ok()
}
