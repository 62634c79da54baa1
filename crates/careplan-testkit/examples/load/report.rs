//! The figures as Markdown: one table for the aims, one for the sends, one for the rest.

use crate::exchange::Figures;
use crate::figures::Round;
use crate::listing::FEW;
use crate::sizes::Sizes;

/// The figures of one database.
pub(crate) fn database(name: &str, it: &Figures, sizes: &Sizes) -> String {
    let mut text = format!("\n## {name}\n\n");
    text += &format!(
        "Other programs used {:.0} % of all cores meanwhile, and the host took {:.0} %.\n\n",
        it.others.0, it.others.1
    );
    text += &aims(it, sizes);
    text += &sends(it);
    text += &rest(it);
    text
}

fn aims(it: &Figures, sizes: &Sizes) -> String {
    let mut text = String::from("| aim | wanted | found | |\n|---|---:|---:|---|\n");
    if let Some((hands, pair, ratio)) = it.sends.last() {
        let platform = pair.platform;
        text += &row(&format!("durable sends/s, {hands} senders"), Wanted::AtLeast(2500.0), platform.rate, 0);
        text += &row("– of the yardstick's", Wanted::AtLeast(0.5), *ratio, 2);
        text += &row("– p99, ms", Wanted::Below(20.0), platform.p99, 1);
    }
    text += &row("full cycles/s", Wanted::AtLeast(1000.0), it.cycles.rate, 0);
    text += &row("– server CPU for each, ms", Wanted::AtMost(1.0), it.cycles.cpu, 2);
    text += &row("full mutual handshakes/s", Wanted::AtLeast(2000.0), it.handshakes.platform.rate, 0);
    text += &row("notice at the receiver, p99, ms", Wanted::AtMost(1000.0), it.notices.quantile(0.99), 1);
    text += &row("idle server, MiB", Wanted::Below(40.0), it.idle_mib, 1);
    text += &row("idle event stream, KiB", Wanted::Below(24.0), it.stream_kib, 1);
    let (few, many) = it.listing.newest;
    let listing = format!("inbox page with {} stored ÷ with {FEW}", sizes.stored);
    text += &row(&listing, Wanted::Below(1.3), many / few, 2);
    text
}

#[derive(Clone, Copy)]
enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

fn row(what: &str, wanted: Wanted, found: f64, places: usize) -> String {
    let (sign, aim, met) = match wanted {
        Wanted::AtLeast(aim) => ("≥", aim, found >= aim),
        Wanted::AtMost(aim) => ("≤", aim, found <= aim),
        Wanted::Below(aim) => ("<", aim, found < aim),
    };
    let verdict = if met { "met" } else { "**missed**" };
    format!("| {what} | {sign} {aim} | {found:.places$} | {verdict} |\n")
}

fn sends(it: &Figures) -> String {
    let mut text = String::from(
        "\n| senders | | letters/s | of the yardstick | p50 ms | p99 ms | server CPU ms a letter | database CPU ms a letter |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (hands, pair, ratio) in &it.sends {
        text += &format!("| {hands} | platform {}\n", cells(&pair.platform, Some(*ratio)));
        text += &format!("| {hands} | yardstick {}\n", cells(&pair.yardstick, None));
    }
    text += &format!("\nPeak memory of the platform until then: {:.1} MiB.\n", it.peak_mib);
    text
}

fn cells(round: &Round, ratio: Option<f64>) -> String {
    let ratio = ratio.map_or_else(String::new, |it| format!("{it:.2}"));
    format!(
        "| {:.0} | {ratio} | {:.2} | {:.2} | {:.3} | {:.3} |",
        round.rate, round.p50, round.p99, round.cpu, round.database_cpu
    )
}

fn rest(it: &Figures) -> String {
    let mut text = String::from(
        "\n| what | a second | | p50 ms | p99 ms | server CPU ms each | database CPU ms each |\n\
         |---|---:|---|---:|---:|---:|---:|\n",
    );
    for (hands, round) in &it.drains {
        text += &format!("| letters read and acknowledged, {hands} reader(s) {}\n", cells(round, None));
    }
    text += &format!("| full cycles {}\n", cells(&it.cycles, None));
    let ratio = it.handshakes.platform.rate / it.handshakes.yardstick.rate;
    text += &format!("| handshakes, platform {}\n", cells(&it.handshakes.platform, Some(ratio)));
    text += &format!("| handshakes, yardstick {}\n", cells(&it.handshakes.yardstick, None));
    text += &format!(
        "\nNotices: p50 {:.1} ms, p99 {:.1} ms ({} letters, {:.0} a second meanwhile).\n",
        it.notices.quantile(0.5),
        it.notices.quantile(0.99),
        it.notices.count(),
        it.notices.rate()
    );
    let (newest, waiting) = (it.listing.newest, it.listing.waiting);
    text += &format!(
        "\nInbox page of 100, few and many stored: by cursor {:.2} and {:.2} ms; `waiting=true` from the beginning {:.2} and {:.2} ms.\n",
        newest.0, newest.1, waiting.0, waiting.1
    );
    let envelope = it.envelope;
    text += &format!(
        "\nOne thread of a client: {:.0} letters/s signed and sealed ({:.2} of the raw primitives' {:.0}), {:.0} opened and verified ({:.2} of {:.0}).\n",
        envelope.seal,
        envelope.seal / envelope.seal_primitives,
        envelope.seal_primitives,
        envelope.open,
        envelope.open / envelope.open_primitives,
        envelope.open_primitives
    );
    text
}
