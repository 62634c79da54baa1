//! What was typed into the form of documents, read as an order; what is wrong is told at its field, with what to do.

use careplan_domain::{Address, OfficeNumber, ServiceMonth};
use careplan_web::FieldErrors;

use crate::outbox::DocumentOrder;
use crate::partners::{Meant, Partners, service_type_name};
use crate::screen::fields::Fields;
use crate::state::StateFault;

/// What happened, and what to do.
pub(super) const OWN_TYPES_NOT_KNOWN: (&str, &str) = (
    "連携基盤から答えがないため、この事業所のサービス種類がまだ分からず、文書の送信元を決められません。",
    "インターネットの接続を確かめ、つながってから、この画面を開き直してください。入れたファイルは残っています。",
);
/// What happened, and what to do.
pub(super) const NO_OWN_TYPES: (&str, &str) = (
    "連携基盤に、この事業所のサービス種類が登録されていないため、文書の送信元を決められません。",
    "運用センターに、事業所の登録内容を確かめてもらってください。",
);
const CHOOSE_FROM: &str = "自事業所のサービス種類を選んでください。この事業所には複数のサービス種類があるため、送信元が決まりません。";
const CHOOSE_TO: &str = "文書の宛先を一覧から選ぶか、「一覧にない宛先」に事業所番号10桁を入力してください。";
const TYPE_TO: &str = "文書の宛先を、事業所番号10桁で入力してください（例：9970000026）。";
const TWO_RECEIVERS: &str = "宛先が2つあります。一覧で選んだ事業所に送るときはこの欄を空にし、この欄の事業所に送るときは一覧を「選択してください」に戻してください。";
const TO_SHAPE: &str = "文書の宛先を、事業所番号10桁か、それに「-」とサービス種類コード2桁を付けたもので入力してください（例：9970000026、9970000026-11）。";
const MONTH_SHAPE: &str = "対象年月を、年4桁と月2桁で入力してください（例：202611）。";

/// Reads the form; in the order of its fields, each with its message.
pub(super) async fn read(
    book: &Partners,
    fields: &Fields,
) -> Result<Result<DocumentOrder, FieldErrors>, StateFault> {
    let mut errors = FieldErrors::default();
    let from = from(book.own_addresses().await?.as_deref(), &fields.code("from"), &mut errors);
    let to = match to(book, fields).await? {
        Ok(to) => Some(to),
        Err((field, message)) => {
            errors.add(field, message);
            None
        }
    };
    let month = fields.number("month");
    let month = match month.parse::<ServiceMonth>() {
        Ok(month) => Some(month),
        Err(_) => {
            if !month.is_empty() {
                errors.add("month", MONTH_SHAPE);
            }
            None
        }
    };
    Ok(match (from, to, errors.is_empty()) {
        (Some(from), Some(to), true) => Ok(DocumentOrder { from, to, month }),
        _ => Err(errors),
    })
}

/// The only address of ours, or the chosen one.
fn from(own: Option<&[Address]>, chosen: &str, errors: &mut FieldErrors) -> Option<Address> {
    let (title, todo) = match own {
        Some([one]) => return Some(*one),
        Some([]) => NO_OWN_TYPES,
        None => OWN_TYPES_NOT_KNOWN,
        Some(several) => {
            let found = several.iter().find(|it| it.service_type.as_str() == chosen).copied();
            if found.is_none() {
                errors.add("from", CHOOSE_FROM);
            }
            return found;
        }
    };
    errors.add_for_form(format!("{title}{todo}"));
    None
}

/// The receiver, or the field where something is wrong and what.
type Read = Result<Address, (&'static str, String)>;

/// Of the list or of the field beside it, but never a guess between the two: documents are about people.
async fn to(book: &Partners, fields: &Fields) -> Result<Read, StateFault> {
    let (chosen, typed) = (fields.code("to"), fields.number("other").to_ascii_uppercase());
    if typed.is_empty() {
        // What the list does not have is shown in the other field, so its message is there.
        return Ok(match (chosen.parse(), chosen.is_empty()) {
            (Ok(to), _) => Ok(to),
            (Err(_), false) => Err(("other", TO_SHAPE.to_owned())),
            (Err(_), true) if book.receivers().await?.listed.is_empty() => Err(("other", TYPE_TO.to_owned())),
            (Err(_), true) => Err(("to", CHOOSE_TO.to_owned())),
        });
    }
    let read = match written(&typed) {
        None => Err(("other", TO_SHAPE.to_owned())),
        Some(Written::Address(to)) => Ok(to),
        Some(Written::Number(office)) => {
            let meant = book.meant_by(&office).await?;
            of_number(office, meant).map_err(|message| ("other", message))
        }
    };
    Ok(match read {
        Ok(to) if !chosen.is_empty() && chosen != to.to_string() => Err(("other", TWO_RECEIVERS.to_owned())),
        read => read,
    })
}

/// What can be typed.
enum Written {
    Number(OfficeNumber),
    Address(Address),
}

/// Reads a number with or without a service type after it, whatever stood between them.
fn written(typed: &str) -> Option<Written> {
    let (number, code) = (typed.get(..10)?, typed.get(10..)?);
    let office = number.parse().ok()?;
    Some(match code {
        "" => Written::Number(office),
        code => Written::Address(Address { office, service_type: code.parse().ok()? }),
    })
}

fn of_number(office: OfficeNumber, meant: Meant) -> Result<Address, String> {
    match meant {
        Meant::One(to) => Ok(to),
        Meant::Several(all) => {
            let all: Vec<_> =
                all.iter().map(|it| format!("{it}（{}）", service_type_name(&it.service_type))).collect();
            Err(format!(
                "事業所 {office} には複数のサービス種類があります。次のどれかを入力してください：{}",
                all.join("、")
            ))
        }
        Meant::Nowhere => Err(format!(
            "事業所番号 {office} は登録されていません。番号を確かめるか、「アドレス帳」の「事業所をさがして加える」でさがしてください。"
        )),
        Meant::NotKnown => Err(format!(
            "連携基盤から答えがないため、事業所 {office} のサービス種類が分かりません。番号に続けて「-」とサービス種類コード2桁を入力してください（例：9970000026-11）。"
        )),
    }
}
