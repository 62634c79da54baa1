//! 通知書: with what comes in the post, an office can begin at once.

use careplan_domain::{OfficeNumber, Secret, UserId};
use careplan_sheet::{Cell, Document, PaperFault, Picture, Row, Sheet, Table, TextSize, to_pdf};
use careplan_web::text::date_ja;
use jiff::civil::Date;
use qrcode::{Color, EcLevel, QrCode};

use super::{from, to};
use crate::billing::{Addressee, Issuer};
use crate::mail::SiteUrl;

/// Everything in a letter. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whose it is.
    pub office: OfficeNumber,
    /// To whom it goes.
    pub to: Addressee,
    /// Who sends it.
    pub from: Issuer,
    /// When.
    pub on: Date,
    /// For the first log-in.
    pub temporary_password: Secret,
    /// For one certificate.
    pub issue_password: Secret,
    /// The last day of the issue password.
    pub issue_password_until: Date,
    /// `sha256:` and 64 hexadecimal digits: how the client knows the authority.
    pub root_fingerprint: String,
    /// Where to log in.
    pub site: SiteUrl,
}

/// What to do, in its order.
const STEPS: [&str; 5] = [
    "１．上の二次元コードか、ログインページのアドレスを開き、ユーザIDと仮パスワードでログインします。",
    "２．案内にしたがって、自分で決めたパスワードに変えます。メールアドレスも登録しておくと、忘れたときに自分で再設定できます。",
    "３．「ライセンス」から利用申請をします。規約に同意すると、すぐに使えるようになります。",
    "４．「ダウンロード」から連携クライアントを入手し、パソコンに入れます。",
    "５．クライアントの初期設定で、証明書発行用パスワードと認証局の指紋を入力します。電子証明書はその場で発行されます。",
];

/// The letter as a PDF of one page.
///
/// # Errors
/// [`PaperFault::MissingGlyph`] for a letter that no font has; [`PaperFault::NoRoom`] for an address that the window does not show.
pub fn letter(letter: &Letter) -> Result<Vec<u8>, PaperFault> {
    let broken = |fault: &dyn std::fmt::Display| PaperFault::Writer(fault.to_string());
    let login = format!("{}/login", letter.site.as_str());
    let code = picture(&login).map_err(|fault| broken(&fault))?;
    let table = credentials(letter).map_err(|fault| broken(&fault))?;
    let sheet = Sheet::new("ケアプランデータ連携　ご利用のご案内（通知書）")
        .letter(&to(&letter.to), &from(&letter.from, &date_ja(letter.on)))
        .paragraph("貴事業所がケアプランデータ連携を使い始めるための、ユーザIDとパスワードをお知らせします。次の手順で、10分ほどで使い始められます。")
        .table(table)
        .picture(code)
        .paragraph(&format!("ログインページ　{login}"))
        .heading("使い始めるまで")
        .paragraph(&STEPS.join("\n"))
        .note("この通知書は大切に保管し、他の人に見せないでください。パスワードを電話やメールでお尋ねすることはありません。届いた通知書の内容に心当たりがないときは、運用センターへお知らせください。");
    to_pdf(&Document::new(&format!("通知書 {}", letter.office), letter.on).sheet(sheet))
}

fn credentials(letter: &Letter) -> Result<Table, careplan_sheet::TableFault> {
    let user_id = UserId::of(&letter.office);
    let until = date_ja(letter.issue_password_until);
    let row = |label: &str, value: &str| Row::new([Cell::label(label), Cell::data(value).strong().middle()]);
    Table::builder([3, 7])
        .size(TextSize::Normal)
        .row(row("事業所番号", letter.office.as_str()))
        .row(row("ユーザID", user_id.as_str()))
        .row(row("仮パスワード", letter.temporary_password.expose()))
        .row(row("証明書発行用パスワード", letter.issue_password.expose()))
        .row(Row::new([Cell::label("その有効期限"), Cell::data(&format!("{until}まで、1回だけ使えます"))]))
        .row(Row::new([Cell::label("認証局の指紋"), Cell::data(&grouped(&letter.root_fingerprint))]))
        .build()
}

/// Groups of eight, which the eye does not lose; the client takes them with and without the spaces.
fn grouped(fingerprint: &str) -> String {
    let (head, digits) = fingerprint.split_once(':').unwrap_or(("", fingerprint));
    let digits: Vec<char> = digits.chars().collect();
    let groups: Vec<String> = digits.chunks(8).map(|group| group.iter().collect()).collect();
    format!("{head}:{}", groups.join(" "))
}

/// Where the code leads.
#[derive(Debug, thiserror::Error)]
enum CodeFault {
    #[error(transparent)]
    TooLong(#[from] qrcode::types::QrError),
    #[error(transparent)]
    Picture(#[from] careplan_sheet::PictureFault),
}

fn picture(text: &str) -> Result<Picture, CodeFault> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let dark: Vec<bool> = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok(Picture::code(&dark, "ログインページの二次元コード")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_written_in_groups_of_eight() {
        assert_eq!(grouped("sha256:00112233445566778899"), "sha256:00112233 44556677 8899");
    }
}
