//! Fields, choices and buttons as HTML.

use careplan_web::{Button, Check, Choice, FieldErrors, FileField, PostForm, TextArea, TextField, TextKind};

fn errors() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("number", "事業所番号は10桁の数字です。");
    errors.add("number", "二つ目は後で言います。");
    errors
}

#[test]
fn a_field_says_what_is_wrong_beside_it_and_keeps_what_was_typed() {
    let field =
        TextField::new("number", "事業所番号").kind(TextKind::Digits).hint("10桁の数字").max_length(20);
    insta::assert_snapshot!(field.value("99７").errors(&errors()), @r##"
    <div class="field">
    <label class="label" for="number">事業所番号<span class="mark mark-required">必須</span></label>
    <p class="hint" id="number-hint">10桁の数字</p>
    <p class="error" id="number-error"><svg class="icon" aria-hidden="true"><use href="#icon-danger"/></svg><span class="unseen">エラー：</span>事業所番号は10桁の数字です。</p>
    <input class="input input-m input-code" type="text" id="number" name="number" value="99７" autocomplete="off" inputmode="numeric" autocapitalize="none" spellcheck="false" maxlength="20" aria-describedby="number-hint number-error" aria-invalid="true">
    </div>
    "##);
}

#[test]
fn a_field_without_hint_and_fault_describes_itself_by_its_label_alone() {
    let field = TextField::new("q", "名前").kind(TextKind::Search);
    insta::assert_snapshot!(field.id("first-q").unmarked(), @r#"
    <div class="field">
    <label class="label" for="first-q">名前</label>
    <input class="input" type="search" id="first-q" name="q" autocomplete="off">
    </div>
    "#);
    insta::assert_snapshot!(TextArea::new("note", "連絡事項").optional().rows(3).value("\n二行目").max_length(400), @r#"
    <div class="field">
    <label class="label" for="note">連絡事項<span class="mark">任意</span></label>
    <textarea class="input" id="note" name="note" rows="3" maxlength="400">

    二行目</textarea>
    </div>
    "#);
    insta::assert_snapshot!(FileField::new("list", "一覧").accept(".csv").multiple().hint("CSV"), @r#"
    <div class="field">
    <label class="label" for="list">一覧<span class="mark mark-required">必須</span></label>
    <p class="hint" id="list-hint">CSV</p>
    <input class="input" type="file" id="list" name="list" accept=".csv" multiple aria-describedby="list-hint">
    </div>
    "#);
}

#[test]
fn what_is_secret_is_never_written_back() {
    for kind in [TextKind::Password, TextKind::NewPassword, TextKind::OneTimeCode] {
        let before = TextField::new("secret", "秘密").value("hunter2").kind(kind);
        let after = TextField::new("secret", "秘密").kind(kind).value("hunter2");
        for field in [before, after] {
            assert!(!field.to_string().contains("value="), "{field}");
            assert!(!format!("{field:?}").contains("hunter2"));
        }
    }
    assert!(TextField::new("name", "名前").value("見本").to_string().contains(r#"value="見本""#));
}

#[test]
fn each_kind_of_field_tells_keyboards_and_password_managers_what_it_is() {
    let drawn = |kind| TextField::new("x", "x").kind(kind).to_string();
    for (kind, words) in [
        (TextKind::Password, r#"type="password" id="x" name="x" autocomplete="current-password""#),
        (TextKind::NewPassword, r#"type="password" id="x" name="x" autocomplete="new-password""#),
        (TextKind::OneTimeCode, r#"autocomplete="one-time-code" inputmode="numeric""#),
        (TextKind::Email, r#"type="email" id="x" name="x" autocomplete="email""#),
        (TextKind::Date, r#"type="date""#),
        (TextKind::Digits, r#"type="text" id="x" name="x" autocomplete="off" inputmode="numeric""#),
    ] {
        assert!(drawn(kind).contains(words), "{}", drawn(kind));
    }
    let user = TextField::new("x", "x").kind(TextKind::Code).autocomplete("username").to_string();
    assert!(user.contains(r#"autocomplete="username" autocapitalize="none" spellcheck="false""#), "{user}");
}

#[test]
fn radio_buttons_stand_under_their_legend_and_the_first_has_the_id_of_all() {
    let mut errors = FieldErrors::default();
    errors.add("pay", "支払方法を選択してください。");
    let choice = Choice::radio("pay", "支払方法").option_with_hint("deduct", "差し引く", "手続きなし");
    insta::assert_snapshot!(choice.option("invoice", "振り込む").selected("invoice").errors(&errors), @r##"
    <fieldset class="field" role="radiogroup" aria-describedby="pay-error" aria-invalid="true">
    <legend class="label">支払方法<span class="mark mark-required">必須</span></legend>
    <p class="error" id="pay-error"><svg class="icon" aria-hidden="true"><use href="#icon-danger"/></svg><span class="unseen">エラー：</span>支払方法を選択してください。</p>
    <div class="option"><input type="radio" id="pay" name="pay" value="deduct" aria-describedby="pay-about">
    <label for="pay">差し引く</label>
    <p class="hint" id="pay-about">手続きなし</p></div>
    <div class="option"><input type="radio" id="pay-2" name="pay" value="invoice" checked>
    <label for="pay-2">振り込む</label></div>
    </fieldset>
    "##);
}

#[test]
fn a_list_shows_what_is_chosen() {
    let choice = Choice::list("pref", "都道府県").empty("選択してください").option("98", "見本県");
    insta::assert_snapshot!(choice.option("99", "例示県").selected("99"), @r#"
    <div class="field">
    <label class="label" for="pref">都道府県<span class="mark mark-required">必須</span></label>
    <select class="input" id="pref" name="pref">
    <option value="">選択してください</option>
    <option value="98">見本県</option>
    <option value="99" selected>例示県</option>
    </select>
    </div>
    "#);
}

#[test]
fn a_box_has_its_label_beside_it() {
    let mut errors = FieldErrors::default();
    errors.add("agree-2", "チェックを入れてください。");
    let check = Check::new("agree", "同意します").id("agree-2").value("yes").checked(true);
    insta::assert_snapshot!(check.hint("いつでもやめられます。").errors(&errors), @r##"
    <div class="field">
    <p class="error" id="agree-2-error"><svg class="icon" aria-hidden="true"><use href="#icon-danger"/></svg><span class="unseen">エラー：</span>チェックを入れてください。</p>
    <div class="option"><input type="checkbox" id="agree-2" name="agree" value="yes" checked aria-describedby="agree-2-hint agree-2-error" aria-invalid="true">
    <label for="agree-2">同意します</label>
    <p class="hint" id="agree-2-hint">いつでもやめられます。</p></div>
    </div>
    "##);
}

#[test]
fn buttons_send_and_links_lead() {
    insta::assert_snapshot!(Button::submit("送信する").value("step", "2").busy("送信しています").id("go"), @r#"<button class="button" type="submit" id="go" name="step" value="2" data-busy="送信しています">送信する</button>"#);
    insta::assert_snapshot!(Button::link("戻る", "/").secondary().value("a", "b").busy("no"), @r#"<a class="button button-secondary" href="/">戻る</a>"#);
    let revoke = Button::submit("失効する").danger().small().about("受付のパソコン");
    insta::assert_snapshot!(PostForm::new("/revoke", revoke).hidden("serial", "01"), @r#"<form method="post" action="/revoke"><input type="hidden" name="serial" value="01"><button class="button button-danger button-small" type="submit">失効する<span class="unseen">（受付のパソコン）</span></button></form>"#);
}

#[test]
fn the_summary_leads_to_the_fields_and_is_nothing_when_nothing_is_wrong() {
    let mut errors = errors();
    errors.add_for_form("もう一度送信してください。");
    insta::assert_snapshot!(errors.summary(), @r##"
    <section class="banner danger errors" aria-labelledby="errors-title" tabindex="-1" data-focus>
    <svg class="icon" aria-hidden="true"><use href="#icon-danger"/></svg>
    <h2 id="errors-title"><span class="word">エラー</span>　次の内容を確かめてください（2件）</h2>
    <ul>
    <li><a href="#number">事業所番号は10桁の数字です。</a></li>
    <li>もう一度送信してください。</li>
    </ul>
    </section>
    "##);
    assert_eq!(FieldErrors::default().summary().to_string(), "");
    assert!(FieldErrors::default().is_empty() && !errors.is_empty());
    assert_eq!(errors.of("number"), Some("事業所番号は10桁の数字です。"));
    assert_eq!(errors.of("other"), None);
}
