//! Actuals of a plan that was carried out as planned.

use careplan_domain::UnitKind;
use careplan_domain::calendar::day;
use careplan_standard::form::{Item, SlipLine};
use careplan_standard::{Edition, FileName, FormWriter, Prefix, SourceFile, read_forms};

use crate::history::CopiedFile;
use crate::letter::OutgoingFile;
use crate::state::Received;

/// Why something that came cannot be answered with actuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// It is no plan of a month.
    NoPlan(UnitKind),
    /// A plan without a service of this office.
    NoService,
    /// Its files cannot be read, or the actuals made of them would not pass the checks.
    Unfit,
}

/// The actuals that answer a plan: its own lines, as far as they are services of who answers.
///
/// # Errors
/// [`NoAnswer`].
pub(super) fn actuals(received: &Received, files: &[CopiedFile]) -> Result<OutgoingFile, NoAnswer> {
    let header = &received.header;
    if !matches!(header.unit, UnitKind::K2 | UnitKind::Y4) {
        return Err(NoAnswer::NoPlan(header.unit));
    }
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect();
    let shares = Edition::share_out(&sources);
    let [(edition, _)] = shares.as_slice() else { return Err(NoAnswer::Unfit) };
    let plan = sources.iter().find_map(|file| {
        let name = FileName::parse(file.name).ok()?;
        (name.prefix() == Prefix::UpPlan).then_some(name)
    });
    let name = plan.as_ref().and_then(name_of_answer).ok_or(NoAnswer::Unfit)?;
    let forms = read_forms(edition, &sources).map_err(|_| NoAnswer::Unfit)?;
    let own = header.to.office;
    let is_own = |line: &SlipLine| line.service_office_no.text() == own.as_str();
    let lines: Vec<SlipLine> =
        forms.plan.iter().filter(|line| is_own(line)).map(|line| carried_out(line, received)).collect();
    if lines.is_empty() {
        return Err(NoAnswer::NoService);
    }
    let writer = FormWriter::new(edition, &name).ok_or(NoAnswer::Unfit)?;
    let written = writer.write(&lines).map_err(|_| NoAnswer::Unfit)?;
    Ok(OutgoingFile { name: name.to_string(), bytes: written.bytes })
}

/// The name of the actuals: back to the sender, with the serial of the plan, which is one of a kind between the two.
fn name_of_answer(plan: &FileName) -> Option<FileName> {
    let (month, from, to) = (plan.month()?, plan.receiver(), plan.sender());
    FileName::parse(&format!("UPJSK_{month}_{from}_{to}_{}.CSV", plan.serial())).ok()
}

/// A line of the plan as it came about. Its day is that on which the plan came, so that a second try writes the same.
fn carried_out(planned: &SlipLine, received: &Received) -> SlipLine {
    SlipLine {
        created_date: Item::Value(day(received.accepted_at)),
        updater_office_no: Item::read(received.header.to.office.as_str()),
        ..planned.clone()
    }
}
