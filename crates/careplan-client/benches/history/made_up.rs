//! Years of an office, made up: as many transmissions as asked for, of invented people and partners.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Executor as _};

/// The first day of the made-up years, 2021-12-01 in Japan, in milliseconds.
pub const BEGIN_MS: i64 = 1_638_284_400_000;
/// Five years.
pub const LENGTH_MS: i64 = 5 * 365 * 24 * 3_600 * 1_000;

const PARTNERS: u64 = 30;
/// Users change: of these some forty are cared for at a time.
const PERSONS: u64 = 240;
const FAMILY: [(&str, &str); 12] = [
    ("架空", "カクウ"),
    ("例題", "レイダイ"),
    ("見本", "ミホン"),
    ("仮野", "カリノ"),
    ("試山", "タメシヤマ"),
    ("型川", "カタガワ"),
    ("髙見", "タカミ"),
    ("斎木", "サイキ"),
    ("浜本", "ハマモト"),
    ("渡橋", "ワタリバシ"),
    ("沢地", "サワチ"),
    ("辺見", "ヘンミ"),
];
const GIVEN: [(&str, &str); 20] = [
    ("花子", "ハナコ"),
    ("太郎", "タロウ"),
    ("一郎", "イチロウ"),
    ("次郎", "ジロウ"),
    ("春江", "ハルエ"),
    ("夏子", "ナツコ"),
    ("秋男", "アキオ"),
    ("冬美", "フユミ"),
    ("梅", "ウメ"),
    ("松子", "マツコ"),
    ("竹雄", "タケオ"),
    ("桜", "サクラ"),
    ("正", "タダシ"),
    ("実", "ミノル"),
    ("茂", "シゲル"),
    ("清", "キヨシ"),
    ("ヨネ", "ヨネ"),
    ("トメ", "トメ"),
    ("勇", "イサム"),
    ("進", "ススム"),
];

const PERSON: &str =
    "insert into person (n, insurer, insured, name, kana, search) values ($1, '990001', $2, $3, $4, $5)";
const PERSON_IN: &str = "insert into person_in (direction, transmission, person, at) values ($1, $2, $3, $4)
    on conflict do nothing";
const SENT: &str =
    "insert into sent (id, dispatch, sender, receiver, unit, month, serial, files, sealed_bytes,
    sealed_sha256, content_sha256, manifest, created_at, state, state_at, persons_known, copy)
    values ($1, $1, '9970000018-43', $2, $3, $4, $5, 3, 40000, $6, $6, zeroblob(2500), $7, $8, $7, 1, $9)";
const RECEIVED: &str = "insert into received (id, seq, sender, receiver, unit, month, serial, files, sealed_bytes,
    sealed_sha256, manifest, accepted_at, deadline, state, state_at, persons_known, copy, folder, seen_at)
    values ($1, $2, $3, '9970000018-43', $4, $5, $6, 1, 20000, $7, zeroblob(2500), $8, $8, $9, $8, 1, $10, $10, $11)";
const RECEIPT: &str =
    "insert into receipt (transmission, kind, signed, at) values ($1, 'accepted', zeroblob(1500), $2)";

/// One of the made-up people.
pub struct MadeUp {
    pub insured: String,
    pub name: String,
    pub kana: String,
}

/// A person by number.
pub fn person(number: u64) -> MadeUp {
    let (family, family_kana) = FAMILY[(number % 12) as usize];
    let (given, given_kana) = GIVEN[(number / 12 % 20) as usize];
    MadeUp {
        insured: format!("{:010}", 990_000_000 + number),
        name: format!("{family}　{given}"),
        kana: format!("{family_kana}　{given_kana}"),
    }
}

/// Fills the state of a data folder whose office was opened once.
pub async fn fill(data: &Path, transmissions: u64) {
    let options = SqliteConnectOptions::new().filename(data.join("client.sqlite"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute("pragma synchronous = off").await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    for number in 0..PERSONS {
        let made_up = person(number);
        let folded = careplan_client::history::folded;
        let search = [folded(&made_up.name), folded(&made_up.kana), made_up.insured.clone()].join("\n");
        let put = sqlx::query(PERSON).bind(number as i64).bind(&made_up.insured);
        put.bind(&made_up.name).bind(&made_up.kana).bind(search).execute(&mut *tx).await.unwrap();
    }
    for number in 0..transmissions {
        transmission(&mut tx, number, transmissions).await;
    }
    tx.commit().await.unwrap();
    connection.execute("pragma wal_checkpoint(truncate)").await.unwrap();
    connection.close().await.unwrap();
}

async fn transmission(tx: &mut SqliteConnection, number: u64, all: u64) {
    let mixed = mix(number);
    let at = BEGIN_MS + (LENGTH_MS as i128 * i128::from(number) / i128::from(all)) as i64;
    let id = format!("{:08x}-{:04x}-7000-8000-{number:012x}", at >> 16, at & 0xffff);
    let partner = format!("99700{:05}-11", 100 + mixed % PARTNERS);
    let month = 2021 * 12 + 11 + (number * 60 / all) as i64;
    let month = month / 12 * 100 + month % 12 + 1;
    let (serial, digest) = (format!("{:014}", 20_211_201_000_000 + number), format!("{mixed:064x}"));
    let is_sent = number.is_multiple_of(2);
    let direction = if is_sent { "sent" } else { "received" };
    // The last few were not read yet.
    let is_new = number + 40 > all;
    if is_sent {
        let unit = ["K2", "K2", "K2", "K1", "K3"][(mixed / 100 % 5) as usize];
        let state = if is_new {
            "accepted"
        } else {
            ["imported", "acknowledged", "acknowledged", "withdrawn"][(mixed / 1_000 % 4) as usize]
        };
        let put = sqlx::query(SENT).bind(&id).bind(&partner).bind(unit).bind(month).bind(&serial);
        let put = put.bind(digest).bind(at).bind(state).bind(format!("{partner}/{serial}"));
        put.execute(&mut *tx).await.unwrap();
        sqlx::query(RECEIPT).bind(&id).bind(at + 2_000).execute(&mut *tx).await.unwrap();
    } else {
        let unit = ["S1", "S1", "S1", "S1", "DOC"][(mixed / 100 % 5) as usize];
        let state = if is_new { "acknowledged" } else { "imported" };
        let put = sqlx::query(RECEIVED).bind(&id).bind(number as i64).bind(&partner).bind(unit).bind(month);
        let put = put.bind(&serial).bind(digest).bind(at).bind(state).bind(format!("{partner}/{serial}"));
        put.bind((!is_new).then_some(at)).execute(&mut *tx).await.unwrap();
    }
    // Users come and go: forty of them at a time.
    let first = (PERSONS - 40) * number / all;
    for more in 0..=mixed / 10_000 % 2 {
        let person = first + mix(mixed + more) % 40;
        let put = sqlx::query(PERSON_IN).bind(direction).bind(&id).bind(person as i64).bind(at);
        put.execute(&mut *tx).await.unwrap();
    }
}

/// The same numbers on every machine, in no order.
fn mix(number: u64) -> u64 {
    let number = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}
