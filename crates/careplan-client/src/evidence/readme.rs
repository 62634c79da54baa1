//! The README inside the evidence: what each file is, and how to check it with openssl alone.

use std::fmt::Write as _;

use careplan_domain::Timestamp;
use careplan_domain::transmission::Header;
use careplan_envelope::Certificate;

use super::SignedExhibit;

/// The text, in Japanese, with the commands.
pub(super) fn text(header: &Header, signed: &[SignedExhibit], roots: &[Certificate]) -> String {
    let mut out = String::new();
    // cannot fail: writing into a String does not.
    let _ = compose(&mut out, header, signed, roots);
    out
}

fn compose(
    out: &mut String,
    header: &Header,
    signed: &[SignedExhibit],
    roots: &[Certificate],
) -> std::fmt::Result {
    writeln!(out, "ケアプランデータ連携 送信の証拠")?;
    writeln!(out, "================================\n")?;
    writeln!(out, "送信番号　　　: {}", header.id)?;
    writeln!(out, "送信元　　　　: {}", header.from)?;
    writeln!(out, "宛先　　　　　: {}", header.to)?;
    writeln!(out, "送信単位　　　: {}（{}）", header.unit, header.unit.label_ja())?;
    if let Some(month) = header.month {
        writeln!(out, "対象年月　　　: {month}")?;
    }
    writeln!(out, "ファイルの数　: {}", header.files)?;
    writeln!(out, "封書のSHA-256 : {}\n", header.sealed_digest)?;
    writeln!(out, "1. 入っているもの\n")?;
    for it in signed {
        writeln!(out, "  {}.p7s  {}（{}）", it.name, it.label, local(it.at))?;
        writeln!(out, "  {}.json  その内容（署名の中にあるものと同じ）", it.name)?;
    }
    writeln!(out, "  certificates/root.pem   信頼の起点（ルート証明書）")?;
    writeln!(out, "  certificates/chain.pem  署名に使われた証明書")?;
    writeln!(
        out,
        "\n送ったファイルの中身は入っていません。manifest.json に、各ファイルの名前・大きさ・SHA-256 が\n\
         書かれています。手元のファイルのSHA-256（sha256sum ファイル名）と見比べてください。\n"
    )?;
    writeln!(out, "2. 確かめかた（opensslだけで確かめられます）\n")?;
    writeln!(out, "このフォルダーで、次の命令を実行してください。それぞれ「CMS Verification successful」と")?;
    writeln!(out, "表示されれば、署名は正しく、取り出した内容は .json のファイルと同じです。\n")?;
    for it in signed {
        writeln!(out, "{}", command(it.name, it.at))?;
    }
    writeln!(
        out,
        "\n-attime は、その署名があったことが受付票などで示されている時刻です（証明書の有効期限はその時刻で判断します）。\n"
    )?;
    writeln!(out, "3. 信頼の起点\n")?;
    writeln!(
        out,
        "root.pem の指紋（SHA-256）が、運用センターの通知書にある「認証局の指紋」と同じことを確かめてください。\n"
    )?;
    for root in roots {
        writeln!(out, "  sha256:{}  {}", hex::encode(root.fingerprint()), root.subject_text())?;
    }
    writeln!(out, "\n  openssl x509 -in certificates/root.pem -noout -fingerprint -sha256")
}

/// The command that checks one signed document.
pub(super) fn command(name: &str, at: Timestamp) -> String {
    format!(
        "openssl cms -verify -inform DER -in {name}.p7s -CAfile certificates/root.pem \
         -certfile certificates/chain.pem -purpose any -attime {} -out {name}.checked.json",
        at.as_second()
    )
}

fn local(at: Timestamp) -> String {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    at.to_zoned(japan).strftime("%Y年%m月%d日 %H:%M:%S").to_string()
}
