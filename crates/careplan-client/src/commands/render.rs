//! `careplan-client render`

use std::path::{Path, PathBuf};

use careplan_paper::{ServiceNames, document, to_html, to_pdf};
use careplan_standard::form::FormsView;

use super::Outcome;
use super::reading::{Package, read_packages};
use super::screen::{progress, remark, say};
use crate::files::{self, Privacy};
use crate::mishap::Mishaps;

#[derive(Debug, clap::Args)]
pub(super) struct Render {
    /// 帳票にするファイルまたはフォルダー
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// HTML（ブラウザーで見る・印刷する）で書き出します
    #[arg(long, required_unless_present_any = ["pdf", "json"])]
    html: bool,
    /// PDF（PDF/A-2a）で書き出します
    #[arg(long)]
    pdf: bool,
    /// 内容をJSON（本ソフト独自の形）で書き出します
    #[arg(long)]
    json: bool,
    /// 書き出すフォルダー（なければ作ります）
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// サービスコードの名前の表（code,nameのCSV、UTF-8）。ないときはサービス種類とコードで表します
    #[arg(long, value_name = "FILE")]
    service_names: Option<PathBuf>,
}

impl Render {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let names = self.names()?;
        let read = read_packages(&self.paths)?;
        for name in &read.passed_over {
            remark(format_args!("「{name}」は標準仕様のファイルではないため、帳票にしません。"));
        }
        files::make_folder(&self.out, Privacy::Ordinary)?;
        let mut is_refused = read.is_refused;
        for (done, package) in read.packages.iter().enumerate() {
            progress(done, read.packages.len());
            is_refused |= !self.render(package, &names)?;
        }
        if read.packages.is_empty() && !is_refused {
            anyhow::bail!("帳票にするファイルが見つかりません。場所を確かめてください。");
        }
        Ok(if is_refused { Outcome::Refused } else { Outcome::Done })
    }

    fn names(&self) -> anyhow::Result<ServiceNames> {
        let Some(path) = &self.service_names else {
            return Ok(ServiceNames::default());
        };
        let bytes = files::read(path)?;
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| {
            anyhow::anyhow!(
                "「{}」の文字コードがUTF-8ではありません。UTF-8で保存し直してください。",
                path.display()
            )
        })?;
        Ok(ServiceNames::parse(&text)?)
    }

    /// Writes the documents of one package; `false` when one of them cannot be drawn, after it was told.
    fn render(&self, package: &Package, names: &ServiceNames) -> anyhow::Result<bool> {
        let edition = package.edition;
        // A name without anybody's name in it.
        let stem = package.name.origin().to_string();
        let document = document(edition, &package.forms, names, package.day()?)?;
        if self.html {
            self.write(&stem, "html", to_html(&document).as_bytes())?;
        }
        if self.json {
            let view = FormsView::new(edition, &package.name, &package.forms);
            self.write(&stem, "json", (serde_json::to_string_pretty(&view)? + "\n").as_bytes())?;
        }
        if self.pdf {
            match to_pdf(&document) {
                Ok(bytes) => self.write(&stem, "pdf", &bytes)?,
                Err(fault) => {
                    remark(format_args!("{stem}：PDFにできません。{fault}"));
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn write(&self, stem: &str, extension: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.out.join(format!("{stem}.{extension}"));
        files::replace(&path, bytes, Privacy::Ordinary, &Mishaps::default())?;
        say(Path::display(&path));
        Ok(())
    }
}
