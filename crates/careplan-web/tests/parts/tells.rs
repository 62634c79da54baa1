//! Parts that tell, as HTML.

use askama::Template;
use careplan_web::{
    Banner, Button, Cell, Checklist, DataTable, Facts, Item, Markup, Pager, Progress, State, Steps, Tag, Tone,
};

#[derive(Template)]
#[template(ext = "html", source = "<b>{{ word }}</b>")]
struct Bold {
    word: &'static str,
}

#[test]
fn a_notice_says_its_tone_in_a_word_and_a_sign() {
    let banner = Banner::new(Tone::Warning, "期限まで14日です。").paragraph("更新してください。");
    insta::assert_snapshot!(banner.action(Button::link("更新する", "/renew")), @r##"
    <div class="banner warning">
    <svg class="icon" aria-hidden="true"><use href="#icon-warning"/></svg>
    <h2><span class="word">注意</span>　期限まで14日です。</h2>
    <p>更新してください。</p>
    <div><a class="button" href="/renew">更新する</a></div>
    </div>
    "##);
    let roles = [Tone::Info, Tone::Success, Tone::Warning, Tone::Error, Tone::Plain].map(|tone| {
        let drawn = Banner::new(tone, "文").to_string();
        (drawn.contains(r#"role="status""#), drawn.contains(r#"role="alert""#))
    });
    assert_eq!(roles, [(false, false), (true, false), (false, false), (false, true), (false, false)]);
}

#[test]
fn every_state_of_a_checklist_has_a_word_and_only_the_next_thing_stands_out() {
    let checklist = Checklist::default()
        .item(Item::new("パスワード変更", State::Done))
        .item(Item::new("利用申請", State::Current).note("5分").action(Button::link("申請する", "/apply")))
        .item(Item::new("電子証明書", State::Waiting).word("審査中"))
        .item(Item::new("クライアント", State::Failed))
        .item(Item::new("疎通確認", State::Later));
    insta::assert_snapshot!(checklist, @r##"
    <ol class="checklist" role="list">
    <li class="done">
    <span class="mark" aria-hidden="true"><svg class="icon"><use href="#icon-check"/></svg></span>
    <div><p class="strong">パスワード変更</p></div>
    <div><span class="tag success"><svg class="icon" aria-hidden="true"><use href="#icon-success"/></svg>完了</span></div>
    <div class="action"></div>
    </li>
    <li class="current" aria-current="step">
    <span class="mark" aria-hidden="true">2</span>
    <div><p class="strong">利用申請</p><p class="small quiet">5分</p></div>
    <div><span class="tag info"><svg class="icon" aria-hidden="true"><use href="#icon-info"/></svg>次にすること</span></div>
    <div class="action"><a class="button" href="/apply">申請する</a></div>
    </li>
    <li class="waiting">
    <span class="mark" aria-hidden="true">3</span>
    <div><p class="strong">電子証明書</p></div>
    <div><span class="tag info"><svg class="icon" aria-hidden="true"><use href="#icon-info"/></svg>審査中</span></div>
    <div class="action"></div>
    </li>
    <li class="failed">
    <span class="mark" aria-hidden="true">4</span>
    <div><p class="strong">クライアント</p></div>
    <div><span class="tag danger"><svg class="icon" aria-hidden="true"><use href="#icon-danger"/></svg>要対応</span></div>
    <div class="action"></div>
    </li>
    <li class="later">
    <span class="mark" aria-hidden="true">5</span>
    <div><p class="strong">疎通確認</p></div>
    <div><span class="tag plain"><svg class="icon" aria-hidden="true"><use href="#icon-plain"/></svg>未着手</span></div>
    <div class="action"></div>
    </li>
    </ol>
    "##);
}

#[test]
fn steps_say_where_one_is_and_all_are_done_past_the_last() {
    insta::assert_snapshot!(Steps::new("申請の流れ", ["申請", "規約", "完了"], 1), @r#"
    <ol class="steps" aria-label="申請の流れ">
    <li class="done"><b>申請</b>完了</li>
    <li class="current" aria-current="step"><b>規約</b>現在</li>
    <li class="later"><b>完了</b>これから</li>
    </ol>
    "#);
    let ended = Steps::new("申請の流れ", ["申請", "規約"], 2).to_string();
    assert_eq!(ended.matches(r#"class="done""#).count(), 2);
    assert!(!ended.contains("aria-current"));
}

#[test]
fn a_table_names_its_rows_and_its_cells_bear_their_heads() {
    let table = DataTable::new("お支払い", ["日付", "金額", "状態"], "ありません。").row([
        Cell::text("4月27日"),
        Cell::number("21,000円").note("税込"),
        Cell::tag(Tag::new(Tone::Success, "支払済み")),
    ]);
    insta::assert_snapshot!(table, @r##"
    <table class="table" role="table">
    <caption>お支払い</caption>
    <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">日付</th><th scope="col" role="columnheader" class="number">金額</th><th scope="col" role="columnheader">状態</th></tr></thead>
    <tbody role="rowgroup">
    <tr role="row">
    <th scope="row" role="rowheader"><div>4月27日</div></th>
    <td role="cell" class="number" data-label="金額"><div>21,000円<p class="small quiet">税込</p></div></td>
    <td role="cell" data-label="状態"><div><span class="tag success"><svg class="icon" aria-hidden="true"><use href="#icon-success"/></svg>支払済み</span></div></td>
    </tr>
    </tbody>
    </table>
    "##);
    let heads: [&str; 0] = [];
    assert_eq!(
        DataTable::new("表", heads, "ありません。").to_string().trim(),
        r#"<p class="empty">ありません。</p>"#
    );
}

#[test]
fn facts_take_words_codes_links_and_what_a_template_has_drawn() {
    let facts = Facts::default()
        .fact("事業所番号", Cell::code("9970000018"))
        .fact("有効期限", "2027年3月31日（水）")
        .fact("規約", Cell::link("第1版", "/terms/1"))
        .fact("証明書", Cell::markup(Markup::of(&Bold { word: "<有効>" }).unwrap()))
        .fact("更新", Cell::action(Button::link("更新する", "/renew").small()));
    insta::assert_snapshot!(facts, @r#"
    <dl class="facts">
    <div><dt>事業所番号</dt><dd><div><span class="code">9970000018</span></div></dd></div>
    <div><dt>有効期限</dt><dd><div>2027年3月31日（水）</div></dd></div>
    <div><dt>規約</dt><dd><div><a href="/terms/1">第1版</a></div></dd></div>
    <div><dt>証明書</dt><dd><div><b>&#60;有効&#62;</b></div></dd></div>
    <div><dt>更新</dt><dd><div><a class="button button-small" href="/renew">更新する</a></div></dd></div>
    </dl>
    "#);
}

#[test]
fn a_pager_has_only_the_ways_there_are() {
    insta::assert_snapshot!(Pager::new("検索結果", "1〜20件目").previous(None::<&str>).next(Some("?after=20")), @r#"
    <nav class="pager" aria-label="検索結果">
    <p>1〜20件目</p>
    <a class="button button-secondary" href="?after=20" rel="next">次へ</a>
    </nav>
    "#);
}

#[test]
fn a_bar_tells_its_numbers_and_is_full_when_there_is_nothing_to_do() {
    insta::assert_snapshot!(Progress::new("p", "送信", 3, 30).watch("/sending/7").say("始めました。"), @r#"
    <div class="progress" data-live="/sending/7" data-say="始めました。">
    <p><label for="p">送信</label><span>3件／30件</span></p>
    <progress id="p" max="30" value="3">3件／30件</progress>
    </div>
    "#);
    let [nothing, beyond] =
        [(0, 0), (31, 30)].map(|(done, total)| Progress::new("p", "x", done, total).to_string());
    assert!(nothing.contains("0件／0件") && nothing.contains(r#"max="1" value="1""#), "{nothing}");
    assert!(beyond.contains(r#"max="30" value="30""#), "{beyond}");
}
