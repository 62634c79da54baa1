//! Which folders are shared with the care software, and what is done with what lies there.

use std::path::PathBuf;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_web::{
    Banner, Button, Check, Checklist, Choice, FieldErrors, Item, Markup, State as Standing, TextField, Tone,
};

use super::{Section, crumbs};
use crate::folders::{
    ChoiceFault, EXPORT_FILES_MAX, ExportFolder, FolderSettings, ImportFolder, Mode, Shape, Tried,
};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

const TITLE: &str = "介護ソフトとの共有フォルダー";
const PATH: &str = "/settings/folders";

/// UTF-16 units of a path that is typed; Windows' own end of a path without special measures is 260.
const PATH_CHARS_MAX: u32 = 1_000;

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "介護ソフトの書き出しフォルダーから自動で送り、受信したものを取込フォルダーへ書き込みます。",
        now: chosen(&screen.office.state().folder_settings().await?),
    })
}

/// What is chosen now, in one sentence.
fn chosen(settings: &FolderSettings) -> String {
    let export =
        settings.export.as_ref().map_or("送信はフォルダーから行わない", |it| match it.mode {
            Mode::Off => "自動送信は止めている",
            Mode::AfterCheck => "書き出しフォルダーから、点検のあと自動で送信する",
            Mode::ConfirmFirst => "書き出しフォルダーから、確認してから送信する",
        });
    let import = if settings.import.is_some() {
        "受信したものを取込フォルダーへ書き込む"
    } else {
        "受信したものは画面から保存する"
    };
    format!("{export}。{import}。")
}

/// What stands in the form.
pub(in crate::screen::pages) struct Typed {
    export: String,
    mode: String,
    import: String,
    shape: String,
    earlier: bool,
}

impl Typed {
    pub(in crate::screen::pages) fn of_fields(fields: &Fields) -> Self {
        Self {
            export: path_of(fields.text("export")).to_owned(),
            mode: fields.text("mode").to_owned(),
            import: path_of(fields.text("import")).to_owned(),
            shape: fields.text("shape").to_owned(),
            earlier: !fields.text("earlier").is_empty(),
        }
    }

    pub(in crate::screen::pages) fn of_settings(settings: &FolderSettings) -> Self {
        let (export, import) = (settings.export.as_ref(), settings.import.as_ref());
        let mode = export.map_or(Mode::ConfirmFirst, |it| it.mode);
        let shape = import.map_or(Shape::Flat, |it| it.shape);
        Self {
            export: export.map(|it| it.folder.display().to_string()).unwrap_or_default(),
            mode: mode.as_str().to_owned(),
            import: import.map(|it| it.folder.display().to_string()).unwrap_or_default(),
            shape: shape.as_str().to_owned(),
            earlier: false,
        }
    }

    /// The choice; a field that is left empty means that there is no such folder.
    pub(in crate::screen::pages) fn settings(
        &self,
        before: &FolderSettings,
        now: Timestamp,
    ) -> Result<FolderSettings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mode, shape) = (Mode::parse(&self.mode), Shape::parse(&self.shape));
        if mode.is_none() {
            errors.add("mode", "書き出されたファイルをどう送信するかを選んでください。");
        }
        if shape.is_none() {
            errors.add("shape", "ファイルの分け方を選んでください。");
        }
        let (Some(mode), Some(shape)) = (mode, shape) else { return Err(errors) };
        let since = match &before.import {
            _ if self.earlier => Timestamp::UNIX_EPOCH,
            Some(import) => import.since,
            None => now,
        };
        let folder = |typed: &str| (!typed.is_empty()).then(|| PathBuf::from(typed));
        Ok(FolderSettings {
            export: folder(&self.export).map(|folder| ExportFolder { folder, mode }),
            import: folder(&self.import).map(|folder| ImportFolder { folder, shape, since }),
        })
    }
}

/// A path as people paste it: Windows' own command for copying one puts it between quotes.
fn path_of(typed: &str) -> &str {
    typed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(typed).trim()
}

#[derive(Template)]
#[template(path = "settings_folders.html")]
struct Main {
    tried: Option<Checklist>,
    is_good: bool,
    export: TextField,
    mode: Choice,
    import: TextField,
    shape: Choice,
    earlier: Check,
    save: Button,
    test: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let typed = Typed::of_settings(&screen.office.state().folder_settings().await?);
    let notice = (Fields::of_query(query).text("done") == "saved")
        .then(|| Banner::new(Tone::Success, "保存しました。この設定で動いています。"));
    draw(&screen, &member, &typed, Shown { notice, ..Shown::default() })
}

/// What a page shows beside the form.
#[derive(Default)]
struct Shown {
    errors: FieldErrors,
    tried: Option<Checklist>,
    notice: Option<Banner>,
}

fn draw(screen: &Screen, member: &Member, typed: &Typed, shown: Shown) -> Result<Response, Refused> {
    let Shown { errors, tried, notice } = shown;
    let main = Main {
        tried,
        is_good: errors.is_empty(),
        export: export(typed, &errors),
        mode: mode(typed, &errors),
        import: import(typed, &errors),
        shape: shape(typed, &errors),
        earlier: Check::new("earlier", "これまでに受信した「未取込」のものも書き込む")
            .checked(typed.earlier)
            .optional(),
        save: Button::submit("保存する").value("do", "save").busy("確かめています"),
        test: Button::submit("保存せずに試す").secondary().value("do", "test").busy("試しています"),
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, super::PATH, &main).crumbs(&crumbs).errors(&errors).notice(notice);
    screen.show(&member.visit, page)
}

fn export(typed: &Typed, errors: &FieldErrors) -> TextField {
    TextField::new("export", "書き出しフォルダーの場所")
        .optional()
        .hint("エクスプローラーのアドレス欄の文字を貼り付けてください（例：C:\\ケアプラン\\書き出し、\\\\NAS\\共有\\書き出し）。空欄にすると、フォルダーからは送信しません。")
        .value(typed.export.clone())
        .max_length(PATH_CHARS_MAX)
        .errors(errors)
}

fn import(typed: &Typed, errors: &FieldErrors) -> TextField {
    TextField::new("import", "取込フォルダーの場所")
        .optional()
        .hint(
            "書き出しフォルダーとは別の場所にしてください。空欄にすると、受信したものは画面から保存します。",
        )
        .value(typed.import.clone())
        .max_length(PATH_CHARS_MAX)
        .errors(errors)
}

/// The fields of both folders, for the first start.
pub(in crate::screen::pages) fn fields_of(
    typed: &Typed,
    errors: &FieldErrors,
) -> [askama::Result<Markup>; 4] {
    [
        Markup::of(&export(typed, errors)),
        Markup::of(&mode(typed, errors)),
        Markup::of(&import(typed, errors)),
        Markup::of(&shape(typed, errors)),
    ]
}

fn mode(typed: &Typed, errors: &FieldErrors) -> Choice {
    Choice::radio("mode", "書き出されたファイルの送信")
        .option_with_hint(
            Mode::ConfirmFirst.as_str(),
            "確認してから送信する",
            "「送信」の画面に並べます。職員が内容を見て、ボタンを押すと送信します。PDFも一緒に並べます。",
        )
        .option_with_hint(
            Mode::AfterCheck.as_str(),
            "点検して、問題がなければ自動で送信する",
            "送信できない間違いがあるものは送信せず、理由を知らせます。",
        )
        .option_with_hint(
            Mode::Off.as_str(),
            "自動では受け取らない",
            "新しいファイルには触りません。前に受け取ったものは、最後まで送信します。",
        )
        .selected(typed.mode.clone())
        .errors(errors)
}

fn shape(typed: &Typed, errors: &FieldErrors) -> Choice {
    Choice::radio("shape", "取込フォルダーの中の分け方")
        .option_with_hint(
            Shape::Flat.as_str(),
            "分けない",
            "すべてのファイルを、フォルダーの中に直接置きます。多くの介護ソフトはこちらです。",
        )
        .option_with_hint(
            Shape::ByPartner.as_str(),
            "送信元の事業所ごとに分ける",
            "「事業所番号-サービス種類」という名前のフォルダーに分けます。",
        )
        .selected(typed.shape.clone())
        .errors(errors)
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = Typed::of_fields(&fields);
    let before = screen.office.state().folder_settings().await?;
    let settings = match typed.settings(&before, member.visit.now) {
        Ok(settings) => settings,
        Err(errors) => return draw(&screen, &member, &typed, Shown { errors, ..Shown::default() }),
    };
    let tried = screen.office.try_folders(&settings).await?;
    let errors = errors_of(&tried);
    if !errors.is_empty() || fields.text("do") == "test" {
        let tried = checklist(&tried);
        let notice = tried.is_none().then(|| {
            Banner::new(Tone::Info, "試すフォルダーがありません。フォルダーの場所を入力してください。")
        });
        return draw(&screen, &member, &typed, Shown { errors, tried, notice });
    }
    match screen.office.choose_folders(&settings, &member.session.login).await {
        Ok(()) => {
            screen.hub.hint_folders();
            Ok(go_to(&format!("{PATH}?done=saved")))
        }
        Err(ChoiceFault::Office(fault)) => Err(fault.into()),
        // It changed between the two looks.
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            draw(&screen, &member, &typed, Shown { errors, ..Shown::default() })
        }
    }
}

pub(in crate::screen::pages) fn errors_of(tried: &Tried) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (field, result) in [("export", &tried.export), ("import", &tried.import)] {
        if let Some(Err(fault)) = result {
            errors.add(field, fault.to_string());
        }
    }
    if let Some(fault) = &tried.together {
        errors.add("import", fault.to_string());
    }
    errors
}

/// What was found, one line for each folder.
pub(in crate::screen::pages) fn checklist(tried: &Tried) -> Option<Checklist> {
    let all = [("書き出しフォルダー", &tried.export), ("取込フォルダー", &tried.import)];
    let items = all.into_iter().filter_map(|(name, result)| {
        Some(match result.as_ref()? {
            Ok(files) => Item::new(name, Standing::Done).word("使えます").note(format!(
                "読み書きと、ファイルの移動ができました。いま、このフォルダーには{}あります。",
                count(*files)
            )),
            Err(fault) => Item::new(name, Standing::Failed).note(fault.to_string()),
        })
    });
    let items: Vec<Item> = items.collect();
    let is_any = !items.is_empty();
    is_any.then(|| items.into_iter().fold(Checklist::default(), Checklist::item))
}

fn count(files: usize) -> String {
    if files < EXPORT_FILES_MAX {
        format!("ファイルが{files}個")
    } else {
        format!("ファイルが{EXPORT_FILES_MAX}個以上")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_be_pasted_with_the_quotes_of_windows() {
        for (typed, path) in [(r#""C:\a b""#, r"C:\a b"), (r"C:\a", r"C:\a"), (r#"""#, r#"""#), ("", "")] {
            assert_eq!(path_of(typed), path);
        }
    }
}
