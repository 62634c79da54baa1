//! The letter for what cannot be answered with actuals: what came, why there are none, what to try.

use careplan_domain::UnitKind;
use careplan_domain::calendar::day;
use careplan_domain::transmission::Header;
use careplan_paper::{Document, Sheet, to_pdf};

use super::NoAnswer;
use crate::history::CopiedFile;
use crate::letter::OutgoingFile;
use crate::state::{Fault, Received};

/// The file that every such letter is. What is called so is never answered: two of these offices would write to each other for ever.
const NAME: &str = "おためし事業所からのお返事.pdf";

/// Whether something that came is itself such a letter.
pub(super) fn is_reply(header: &Header, files: &[CopiedFile]) -> bool {
    header.unit == UnitKind::Document && files.iter().any(|(name, _)| name.as_str() == NAME)
}

/// The letter. It is made of what came alone, so that a second try writes the same.
pub(super) fn letter(received: &Received, why: NoAnswer) -> Result<OutgoingFile, Fault> {
    let title = "おためし事業所からのお返事";
    let header = &received.header;
    let about = format!(
        "{} 御中\n\nデータをお送りいただき、ありがとうございます。おためし事業所は、次のデータを確かに受け取り、取り込みました。\n\n種類：{}\n送信番号：{}",
        header.from.office,
        header.unit.label_ja(),
        header.id
    );
    let sheet = Sheet::new(title)
        .portrait()
        .paragraph(&about)
        .paragraph(&reason(why))
        .paragraph("おためし事業所には人がいません。このお返事は、プログラムが自動で作っています。実在する利用者のデータは送らないでください。");
    let bytes = to_pdf(&Document::new(title, day(received.accepted_at)).sheet(sheet));
    let bytes = bytes.map_err(|fault| Fault { code: "letter".to_owned(), text: fault.to_string() })?;
    Ok(OutgoingFile { name: NAME.to_owned(), bytes })
}

fn reason(why: NoAnswer) -> String {
    match why {
        NoAnswer::NoPlan(UnitKind::Document) => {
            "文書（PDFや画像）には実績がないため、このお返事だけをお送りします。送信と受信は、どちらも正しく動いています。".to_owned()
        }
        NoAnswer::NoPlan(kind) => format!(
            "「{}」には、お返しする実績がありません。サービス利用票（予定）を送ると、予定どおりの実績をお返しします。",
            kind.label_ja()
        ),
        NoAnswer::NoService => {
            "予定の中に、おためし事業所のサービスがありませんでした。サービス事業者コードをおためし事業所の事業所番号にした利用票を送ると、予定どおりの実績をお返しします。".to_owned()
        }
        NoAnswer::Unfit => {
            "予定の内容から、点検に合格する実績を作れませんでした。「送信」の画面の点検結果を見て、介護ソフトで直し、もう一度送ってください。".to_owned()
        }
    }
}
