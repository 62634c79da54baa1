//! What a name that can be read still gets wrong: service types, direction, spelling.

use crate::collector::Collector;
use crate::edition::{Confidence, Edition, OfficeRole};
use crate::finding::Draft;
use crate::name::{FileName, NamedOffice};
use crate::prefix::Prefix;
use crate::rules;
use crate::scheme::{Handover, handover};

pub(super) fn check(edition: &Edition, name: &FileName, given: &str, out: &mut Collector<'_>) {
    let canonical = name.to_string();
    if canonical != given {
        out.push(Draft::new(&rules::NAME_NOT_CANONICAL).word("expected", canonical));
    }
    if name.prefix() == Prefix::UpKihon && name.month().is_some() {
        out.push(Draft::new(&rules::NAME_KIHON_ZEROS));
    }
    check_office(edition, "送信元", name.sender(), out);
    check_office(edition, "送信先", name.receiver(), out);
    if name.sender() == name.receiver() {
        out.push(Draft::new(&rules::NAME_SAME_OFFICE).word("found", name.sender()));
    }
    check_direction(edition, name, out);
    if handover(edition, name) == Handover::PassedOn {
        out.push(Draft::new(&rules::NAME_PASSED_ON).word("from", name.sender()));
    }
}

fn check_office(edition: &Edition, side: &'static str, office: &NamedOffice, out: &mut Collector<'_>) {
    let service_type = office.service_type();
    match edition.office_role(service_type) {
        None => {
            out.push(Draft::new(&rules::NAME_SERVICE_TYPE).word("side", side).word("found", service_type))
        }
        Some((_, code)) if code.confidence() == Confidence::Inferred => out.push(
            Draft::new(&rules::NAME_OFFICE_TYPE_INFERRED)
                .word("side", side)
                .word("found", service_type)
                .word("meaning", code.meaning_ja()),
        ),
        // Our copy of the table may be older than the national one, so this warns, as it does for the content.
        Some((_, code)) if code.is_left_out() => out.push(
            Draft::new(&rules::NAME_TYPE_OUT)
                .word("side", side)
                .word("found", service_type)
                .word("meaning", code.meaning_ja()),
        ),
        Some(_) => {}
    }
    if !office.number().bytes().all(|byte| byte.is_ascii_digit()) {
        out.push(Draft::new(&rules::NAME_OFFICE_LETTER).word("side", side).word("found", office.number()));
    }
}

fn check_direction(edition: &Edition, name: &FileName, out: &mut Collector<'_>) {
    let Some(layout) = edition.layout(name.prefix()) else {
        return;
    };
    let (from, to) = (name.sender().service_type(), name.receiver().service_type());
    let (Some((sender, _)), Some((receiver, _))) = (edition.office_role(from), edition.office_role(to))
    else {
        return;
    };
    let (rule, expected) = match (layout.sender, sender, receiver) {
        (OfficeRole::Planner, OfficeRole::Service, _) => {
            (&rules::NAME_DIRECTION, "居宅介護支援事業所など計画を作る側から送る")
        }
        (OfficeRole::Service, OfficeRole::Planner, OfficeRole::Service) => (&rules::NAME_TYPES_SWAPPED, ""),
        (OfficeRole::Service, _, OfficeRole::Service) => {
            (&rules::NAME_DIRECTION, "サービス事業所から居宅介護支援事業所などへ送る")
        }
        _ => return,
    };
    out.push(
        Draft::new(rule)
            .word("kind", layout.name_ja())
            .word("expected", expected)
            .word("from", from)
            .word("to", to),
    );
}
