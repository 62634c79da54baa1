//! `careplan-client compare` and `careplan-client diff`

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use careplan_paper::{Document, TableFault, differences, month_comparison, to_html};
use careplan_standard::Prefix;
use careplan_standard::compare::{MonthComparer, diff_forms};
use careplan_standard::form::{Forms, SlipLine, Supplement};
use jiff::civil::Date;
use serde::Serialize;

use super::Outcome;
use super::reading::{Package, read_side};
use super::screen::{say, say_json};

/// How a comparison is shown.
#[derive(Debug, clap::Args)]
struct Form {
    /// 結果をJSONで出力します
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// 結果をHTMLで出力します
    #[arg(long)]
    html: bool,
    /// 氏名・番号・内容を「＊」で伏せて出力します
    #[arg(long)]
    mask: bool,
}

impl Form {
    /// Prints a result in the form that was asked for; the others are not made.
    fn show(
        &self,
        result: &impl Serialize,
        text: impl FnOnce() -> String,
        sheet: impl FnOnce() -> Result<Document, TableFault>,
    ) -> anyhow::Result<()> {
        if self.json {
            say_json(result)?;
        } else if self.html {
            say(to_html(&sheet()?));
        } else {
            say(text().trim_end());
        }
        Ok(())
    }
}

/// Plan against actuals.
#[derive(Debug, clap::Args)]
pub(super) struct Compare {
    /// 予定（利用票UPPLAN）のファイルまたはフォルダー
    #[arg(value_name = "PLAN", display_order = 1)]
    plan: PathBuf,
    /// 実績（UPJSK）のファイルまたはフォルダー
    #[arg(value_name = "ACTUAL", display_order = 2)]
    actual: PathBuf,
    #[command(flatten)]
    form: Form,
}

impl Compare {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let (plan, actual) = (read_side(self.plan)?, read_side(self.actual)?);
        let lines = |packages: &[Package], of: fn(&Forms) -> &[SlipLine]| -> Vec<SlipLine> {
            packages.iter().flat_map(|package| of(&package.forms)).cloned().collect()
        };
        let planned = lines(&plan, |forms| &forms.plan);
        let done = lines(&actual, |forms| &forms.actuals);
        if planned.is_empty() {
            bail!("はじめに指定した場所に、予定（UPPLAN）がありません。予定、実績の順に指定してください。");
        }
        if done.is_empty() && !actual.iter().any(|package| package.name.prefix() == Prefix::UpJsk) {
            bail!("後に指定した場所に、実績（UPJSK）がありません。予定、実績の順に指定してください。");
        }
        let (planned_for, done_in) = (months(&planned), months(&done));
        if !done_in.is_empty() && planned_for.is_disjoint(&done_in) {
            bail!(
                "予定は{}、実績は{}のものです。同じ月の予定と実績を指定してください。",
                spoken(&planned_for),
                spoken(&done_in)
            );
        }
        let supplements: Vec<Supplement> =
            plan.iter().chain(&actual).flat_map(|package| package.forms.supplements.clone()).collect();
        let mut comparer = MonthComparer::new().names(&supplements);
        for package in actual.iter().filter(|package| package.name.prefix() == Prefix::UpJsk) {
            comparer = comparer.reported_in(&package.name);
        }
        let compared = comparer.compare(&planned, &done);
        let compared = if self.form.mask { compared.masked() } else { compared };
        let day = latest(&actual)?;
        self.form.show(&compared, || compared.to_text(), || month_comparison(&compared, day))?;
        Ok(if compared.is_as_planned() { Outcome::Done } else { Outcome::Refused })
    }
}

/// Old against new.
#[derive(Debug, clap::Args)]
pub(super) struct Diff {
    /// 前のファイルまたはフォルダー
    #[arg(value_name = "OLD", display_order = 1)]
    old: PathBuf,
    /// 新しいファイルまたはフォルダー
    #[arg(value_name = "NEW", display_order = 2)]
    new: PathBuf,
    #[command(flatten)]
    form: Form,
}

impl Diff {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let (old, new) = (read_side(self.old)?, read_side(self.new)?);
        let (kinds_before, kinds) = (kinds(&old), kinds(&new));
        if kinds_before.is_disjoint(&kinds) {
            let spoken = |kinds: &BTreeSet<Prefix>| {
                kinds.iter().map(|prefix| prefix.as_str()).collect::<Vec<_>>().join("・")
            };
            bail!(
                "比べられる様式がありません。前は{}、後は{}です。同じ種類のファイルを指定してください。",
                spoken(&kinds_before),
                spoken(&kinds)
            );
        }
        let day = latest(&new)?;
        let (old, new) = (together(old), together(new));
        let found = diff_forms(&old, &new);
        let found = if self.form.mask { found.masked() } else { found };
        self.form.show(&found, || found.to_text(), || differences(&found, day))?;
        Ok(if found.is_empty() { Outcome::Done } else { Outcome::Refused })
    }
}

/// The kinds of files that lie on a side.
fn kinds(packages: &[Package]) -> BTreeSet<Prefix> {
    packages.iter().flat_map(|package| package.kinds.iter().copied()).collect()
}

/// The months of lines whose month can be read.
fn months(lines: &[SlipLine]) -> BTreeSet<String> {
    lines
        .iter()
        .filter(|line| line.target_month.value().is_some())
        .map(|line| line.target_month.text())
        .collect()
}

/// 202611 as 2026年11月.
fn spoken(months: &BTreeSet<String>) -> String {
    let month = |text: &String| {
        text.split_at_checked(4).map_or_else(
            || text.clone(),
            |(year, month)| format!("{year}年{}月", month.trim_start_matches('0')),
        )
    };
    months.iter().map(month).collect::<Vec<_>>().join("・")
}

/// The day on which the newest of the files was written.
fn latest(packages: &[Package]) -> anyhow::Result<Date> {
    let days: Vec<Date> = packages.iter().map(Package::day).collect::<anyhow::Result<_>>()?;
    days.into_iter().max().context("ファイルがありません")
}

fn together(packages: Vec<Package>) -> Forms {
    packages.into_iter().fold(Forms::default(), |all, package| all.with(package.forms))
}
