//! What stands in the notes beside sets and units: plain text for a person, in the program that opens with a double click.

use std::fmt::Write as _;

use careplan_domain::{Timestamp, calendar};
use careplan_standard::{Finding, Severity};

/// Findings told in one note: who mends ten, writes the set anew anyway.
const FINDINGS_MAX: usize = 10;

/// Why a set was not sent.
pub(super) struct Refusal<'a> {
    pub(super) name: &'a str,
    pub(super) files: u32,
    pub(super) reason: &'a str,
    pub(super) at: Timestamp,
}

impl Refusal<'_> {
    pub(super) fn text(&self) -> String {
        let Self { name, files, reason, at } = self;
        let moment = moment(*at);
        format!(
            "このファイルは送信できませんでした。

連番と宛先：{name}（ファイル{files}個）
日時　　　：{moment}

■ 理由
{reason}

■ どうすればよいか
介護ソフトで直してから、もう一度書き出してください。
内容を直さなくてよいとき（宛先の準備ができたなど）は、このフォルダーのファイルを書き出しフォルダーへ戻すと、もう一度受け取ります。
"
        )
    }
}

/// What blocks, in the order of the findings.
pub(super) fn blocking<'a>(findings: impl Iterator<Item = &'a Finding>) -> Option<String> {
    let all: Vec<&Finding> = findings.filter(|finding| finding.severity == Severity::Block).collect();
    let (shown, rest) = all.split_at(all.len().min(FINDINGS_MAX));
    let mut text = String::new();
    for (number, finding) in (1..).zip(shown) {
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("（{file}の{line}行目）"),
            (Some(file), None) => format!("（{file}）"),
            _ => String::new(),
        };
        // cannot fail: a text takes everything.
        let _ =
            writeln!(text, "{number}. {}{place}\n   → {}（{}）", finding.message, finding.fix, finding.code);
    }
    if !rest.is_empty() {
        let _ = writeln!(
            text,
            "ほかに{}件あります。送信の画面にファイルを入れると、すべて見られます。",
            rest.len()
        );
    }
    (!text.is_empty()).then(|| text.trim_end().to_owned())
}

/// A set that waits for files.
pub(super) fn waiting(name: &str, missing: &str) -> String {
    format!(
        "書き出しフォルダーの「{name}」は、ファイルが足りないため、まだ送信していません。

{missing}

足りないファイルが書き出されると、自動で続けます（このお知らせは消えます）。
"
    )
}

/// Files that were to be given back, where others of the same names lie.
pub(super) fn given_back() -> String {
    "このファイルは、受け取りの途中で中断したため、書き出しフォルダーへ戻そうとしましたが、同じ名前の新しいファイルがありました。
新しいほうをそのまま使います。このフォルダーのファイルは送信していません。不要であれば削除してください。
"
    .to_owned()
}

/// A unit that lies in a folder of its own, because something different has its name.
pub(super) fn occupied(folder: &str, from: &str) -> String {
    format!(
        "フォルダー「{folder}」のファイルは、{from}から受信したものです。

同じ名前で内容の違うファイルがすでにあったため、上書きせずに、別のフォルダーに入れました。

■ どうすればよいか
どちらが正しいかを送信元に確かめ、正しいほうを介護ソフトに取り込んでください。
取り込んだら、フォルダー「{folder}」のファイルを削除または移動してください（取込済として送信元に伝わります）。
"
    )
}

/// What the marker in the import folder is for.
pub(super) fn marker() -> String {
    "このファイルは、ケアプランデータ連携クライアントの目印です。削除しないでください。
取込フォルダーが前と同じものかどうかを、このファイルで確かめています。
"
    .to_owned()
}

/// As the simplest editor of every Windows reads it.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()
}

/// A moment as it is told to people.
pub(super) fn moment(at: Timestamp) -> String {
    let local = at.to_zoned(calendar::japan());
    format!("{} {:02}:{:02}", calendar::spoken(calendar::day(at)), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_what_when_why_and_what_to_do_in_lines_that_windows_reads() {
        let refusal = Refusal {
            name: "20261025101500_9970000026-11",
            files: 3,
            reason: "宛先の事業所は登録されていません。",
            at: "2026-11-25T01:02:00Z".parse().unwrap(),
        };
        let text = refusal.text();
        for part in [
            "20261025101500_9970000026-11（ファイル3個）",
            "2026年11月25日（水） 10:02",
            "登録されていません",
            "もう一度書き出して",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let bytes = String::from_utf8(bytes(&text)).unwrap();
        assert!(bytes.starts_with('\u{feff}') && bytes.lines().count() > 5);
        assert_eq!(bytes.matches('\n').count(), bytes.matches("\r\n").count());
    }
}
