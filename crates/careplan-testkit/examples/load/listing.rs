//! Listing the inbox of an office that received little, and of one that received very much.
//!
//! Two platforms of the same kind run side by side and are asked in turn. Their rows are written
//! straight into the database while they stand: sending a million letters would take the morning.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use careplan_client::platform::{Answer, Request, Transport as _};
use careplan_protocol::office_api::TransmissionPage;
use careplan_protocol::routes;
use careplan_testkit::database::Engine;
use careplan_testkit::installation::Running;

use crate::Place;
use crate::figures::{Times, median};
use crate::sizes::Sizes;
use crate::storage::Storage;
use crate::wire::Wire;
use crate::world::{self, Member};

/// Stored transmissions of the small platform.
pub(crate) const FEW: u32 = 1_000;

/// Entries of a page.
const PAGE_ENTRIES: u32 = 100;

/// An inbox as the program of an office meets it: all but the newest page is done with.
const DONE: &str = "acknowledged";
const WAITING: &str = "accepted";

/// Milliseconds for a page: with few, with many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// The newest page, by the cursor of the page before it.
    pub(crate) newest: (f64, f64),
    /// The same page, found as what waits since the beginning.
    pub(crate) waiting: (f64, f64),
}

/// A platform with a filled inbox, and a line to it.
struct Filled {
    stored: u32,
    line: Wire,
    running: Running,
    storage: Storage,
}

/// Founds both platforms, fills them and asks.
pub(crate) async fn measure(place: &Place<'_>, sizes: &Sizes) -> anyhow::Result<Figures> {
    let few = filled(place, "few", FEW).await.context("the platform with few letters")?;
    let many = filled(place, "many", sizes.stored).await.context("the platform with many letters")?;
    let mut seen: [Vec<f64>; 4] = Default::default();
    for _ in 0..sizes.rounds {
        let round = [
            few.ask(Query::Newest, sizes.pages).await?,
            many.ask(Query::Newest, sizes.pages).await?,
            few.ask(Query::Waiting, sizes.pages.min(10)).await?,
            many.ask(Query::Waiting, sizes.pages.min(10)).await?,
        ];
        for (all, one) in seen.iter_mut().zip(round) {
            all.push(one);
        }
    }
    let [newest_few, newest_many, waiting_few, waiting_many] = seen.map(median);
    for filled in [few, many] {
        drop(filled.line);
        filled.running.stop().await?;
        filled.storage.remove().await;
    }
    Ok(Figures { newest: (newest_few, newest_many), waiting: (waiting_few, waiting_many) })
}

#[derive(Debug, Clone, Copy)]
enum Query {
    Newest,
    Waiting,
}

impl Filled {
    /// The median time of a page in milliseconds.
    async fn ask(&self, query: Query, times: usize) -> anyhow::Result<f64> {
        let path = match query {
            Query::Newest => {
                format!("{}?after={}&limit={PAGE_ENTRIES}", routes::INBOX, self.stored - PAGE_ENTRIES)
            }
            Query::Waiting => format!("{}?waiting=true&limit={PAGE_ENTRIES}", routes::INBOX),
        };
        let mut taken = Vec::with_capacity(times);
        let began = Instant::now();
        for _ in 0..times {
            let began = Instant::now();
            let answer = self.line.exchange(Request::get(path.as_str())).await?;
            taken.push(began.elapsed());
            self.check(&answer)?;
        }
        Ok(Times::new(taken, began.elapsed()).quantile(0.5))
    }

    fn check(&self, answer: &Answer) -> anyhow::Result<()> {
        ensure!(answer.status.is_success(), "listing answered {}", answer.status);
        let page: TransmissionPage = serde_json::from_slice(&answer.body)?;
        let is_newest = page.next == i64::from(self.stored) && !page.more;
        ensure!(is_newest && page.transmissions.len() == PAGE_ENTRIES as usize, "another page was listed");
        Ok(())
    }
}

async fn filled(place: &Place<'_>, name: &str, stored: u32) -> anyhow::Result<Filled> {
    let folder = place.folder.join(name);
    let storage = Storage::new(place, &folder).await?;
    let members = world::found(&storage.installation, &folder, 2).await?;
    let [from, to] = members.as_ref() else { anyhow::bail!("two offices join") };
    fill(&storage, (from, to), stored).await.context("fill the database")?;
    let running = storage.installation.start().await?;
    let line = Wire::open(storage.installation.office_api(), to.tls()).await?;
    Ok(Filled { stored, line, running, storage })
}

async fn fill(storage: &Storage, (from, to): (&Member, &Member), stored: u32) -> anyhow::Result<()> {
    let series = match storage.engine() {
        Engine::Sqlite => format!(
            "with recursive s(i) as (select 1 union all select i + 1 from s where i < {stored}) {}",
            rows(
                from,
                to,
                stored,
                "unhex(printf('%012x7%03x8%015x', 1780000000000 + i, i & 4095, i))",
                ["zeroblob(32)", "from s"]
            )
        ),
        Engine::Postgres => rows(
            from,
            to,
            stored,
            "decode(lpad(to_hex(1780000000000 + i), 12, '0') || '7' || lpad(to_hex(i & 4095), 3, '0') \
             || '8' || lpad(to_hex(i), 15, '0'), 'hex')",
            ["decode(repeat('00', 32), 'hex')", &format!("from generate_series(1, {stored}) as s(i)")],
        ),
    };
    let insert = format!(
        "insert into transmission (id, from_office, from_type, to_office, to_type, unit, month, files, \
         sealed_bytes, sealed_digest, replaces, fingerprint, accepted_at, deadline, state, state_at, \
         inbox_seq, sent_seq, shelf, bytes_until) {series}"
    );
    let offices = format!("'{}', '{}'", from.address.office, to.address.office);
    let counters = format!("update mailbox set last_seq = {stored} where office in ({offices})");
    let missing = format!(
        "insert into mailbox (office, last_seq) select number, {stored} from office \
         where number in ({offices}) and number not in (select office from mailbox)"
    );
    storage.execute(&[insert, counters, missing]).await
}

fn rows(from: &Member, to: &Member, stored: u32, id: &str, [digest, source]: [&str; 2]) -> String {
    let waits_from = stored - PAGE_ENTRIES;
    format!(
        "select {id}, '{}', '{}', '{}', '{}', 'DOC', null, 1, 22000, {digest}, null, {digest}, \
         1780000000000 + i, 1880000000000 + i, case when i > {waits_from} then '{WAITING}' else '{DONE}' end, \
         1780000000000 + i, i, i, 'row', null {source}",
        from.address.office, from.address.service_type, to.address.office, to.address.service_type
    )
}
