//! How things stand in the folders that are shared with the care software: what does not go on, and what was taken.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Markup, Pager, Tag, Tone};

use crate::folders::{FolderSettings, Status};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, local, not_drawn};
use crate::screen::visit::Member;
use crate::state::{TakenSet, TakenState};

/// Where it is.
const PATH: &str = "/folders";

/// Sets on one page.
const PAGE: usize = 30;

/// Troubles told on the first page; the others are one click away.
const TROUBLES_ON_TOP: usize = 3;

#[derive(Template)]
#[template(path = "folders.html")]
struct Main {
    troubles: Vec<Banner>,
    facts: Facts,
    sets: DataTable,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "folders_reason.html")]
struct Reason<'a> {
    lines: Vec<&'a str>,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let state = screen.office.state();
    let after = match Fields::of_query(query).text("after") {
        "" => None,
        id => {
            let id = id.parse().map_err(|_| Refused::unknown())?;
            Some(state.taken_set(id).await?.ok_or_else(Refused::unknown)?)
        }
    };
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut sets = state.taken_sets(after.as_ref(), limit).await?;
    let is_more = sets.len() > PAGE;
    sets.truncate(PAGE);
    let next = sets.last().filter(|_| is_more).map(|last| format!("{PATH}?after={}", last.id));
    let status = screen.hub.folders();
    let table = DataTable::new(
        "書き出しフォルダーから受け取ったもの",
        ["連番と宛先", "受け取った日時", "状態"],
        "まだ何も受け取っていません。",
    );
    let mut table = table.quiet_caption();
    for set in &sets {
        table = table.row(row(set)?);
    }
    let main = Main {
        troubles: status.troubles.iter().map(|it| banner(&it.text, &local(it.since))).collect(),
        facts: facts(&state.folder_settings().await?, &status),
        sets: table,
        pager: Pager::new("受け取ったもののページ", "").previous(after.is_some().then_some(PATH)).next(next),
    };
    screen.show(&member.visit, Page::new("共有フォルダーの様子", "/", &main))
}

fn banner(text: &str, since: &str) -> Banner {
    Banner::new(Tone::Warning, text).paragraph(format!("{since}から続いています。"))
}

fn facts(settings: &FolderSettings, status: &Status) -> Facts {
    let looked = status.looked_at.map_or_else(
        || "まだ見ていません。常駐のクライアントが動くと、数秒ごとに見ます。".to_owned(),
        |at| format!("{}（数秒ごとに見ています）", local(at)),
    );
    let (to_take, open) = (status.to_take as u64, status.unanswered as u64);
    let export = settings.export.as_ref().map_or_else(
        || Cell::text("使っていません"),
        |it| {
            Cell::text(it.folder.display().to_string()).note(format!(
                "そろうのを待っているもの{}、送信が終わっていないもの{}、対象外のファイル{}",
                count_ja(to_take, "件"),
                count_ja(open, "件"),
                count_ja(status.left_alone as u64, "個"),
            ))
        },
    );
    let import = settings.import.as_ref().map_or_else(
        || Cell::text("使っていません"),
        |it| {
            Cell::text(it.folder.display().to_string())
                .note(format!("介護ソフトの取込を待っているもの{}", count_ja(status.to_import as u64, "件")))
        },
    );
    Facts::default()
        .fact("書き出しフォルダー", export)
        .fact("取込フォルダー", import)
        .fact("最後に見た日時", looked)
}

fn row(set: &TakenSet) -> Result<[Cell; 3], Refused> {
    let tone = match set.state {
        TakenState::Taken | TakenState::Sealed => Tone::Info,
        TakenState::Handed => Tone::Warning,
        TakenState::Sent => Tone::Success,
        TakenState::Failed | TakenState::Gone => Tone::Error,
    };
    let name = match (set.transmission, &set.place) {
        (Some(id), _) => Cell::link(&set.name, format!("/sent/{id}")),
        (None, Some(place)) => Cell::text(&set.name).note(place),
        (None, None) => Cell::text(&set.name),
    };
    let state = match (&set.note, set.batch.filter(|_| set.state == TakenState::Handed)) {
        (Some(note), _) => {
            let reason = Reason { lines: note.lines().filter(|line| !line.is_empty()).collect() };
            let tag = Tag::new(tone, set.state.label_ja());
            let both = Markup::of(&Tagged { tag, reason: Markup::of(&reason).map_err(|it| not_drawn(&it))? });
            Cell::markup(both.map_err(|it| not_drawn(&it))?)
        }
        (None, Some(draft)) => {
            Cell::action(Button::link("確認して送信する", format!("/send/{draft}")).small().about(&set.name))
        }
        (None, None) => Cell::tag(Tag::new(tone, set.state.label_ja())),
    };
    Ok([name, Cell::text(local(set.taken_at)), state])
}

#[derive(Template)]
#[template(ext = "html", source = "{{ tag }}{{ reason }}")]
struct Tagged {
    tag: Tag,
    reason: Markup,
}

/// What does not go on, for the first page.
pub(super) fn on_top(status: &Status) -> Option<Banner> {
    let title = "介護ソフトとの共有フォルダーで、止まっているものがあります。";
    let first = status.troubles.first()?;
    let rest = status.troubles.iter().skip(1).take(TROUBLES_ON_TOP - 1);
    let banner = Banner::new(Tone::Warning, title).paragraph(&first.text);
    let banner = rest.fold(banner, |banner, trouble| banner.paragraph(&trouble.text));
    Some(banner.action(Button::link("フォルダーの様子を見る", PATH).secondary()))
}
