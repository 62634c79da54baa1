//! The words of the command line.

use std::process::Output;

use super::process::program;

fn said(arguments: &[&str]) -> Output {
    program().args(arguments).env("COLUMNS", "100").output().unwrap()
}

fn out(arguments: &[&str]) -> String {
    let output = said(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_says_what_each_command_does() {
    insta::assert_snapshot!(out(&["--help"]));
}

#[test]
fn help_speaks_japanese_down_to_the_last_command() {
    for words in [
        &["serve"][..],
        &["authority"],
        &["authority", "init"],
        &["admin"],
        &["admin", "licence"],
        &["admin", "licence", "grant"],
        &["billing"],
        &["billing", "run"],
        &["billing", "waive"],
        &["config", "show"],
    ] {
        let help = out(&[words, &["--help"]].concat());
        assert!(
            help.contains("使い方: careplan-platform") && help.contains("この説明を表示します"),
            "{help}"
        );
        for english in ["Usage:", "Options:", "Commands:", "Arguments:", "Print "] {
            assert!(!help.contains(english), "{help}");
        }
    }
}

#[test]
fn the_settings_shown_are_settings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shown.toml");
    let shown = out(&["config", "show"]);
    std::fs::write(&file, &shown).unwrap();
    assert_eq!(out(&["config", "show", "--config", file.to_str().unwrap()]), shown);
}

#[test]
fn a_setting_that_does_not_exist_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "# mine\n[office_api]\nlisten_on = '127.0.0.1:1'\n").unwrap();
    let refused = said(&["serve", "--config", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    let sentence = String::from_utf8(refused.stderr).unwrap().replace(file.to_str().unwrap(), "FILE");
    insta::assert_snapshot!(sentence, @r"
    設定ファイル `FILE` の3行目に誤りがあります
      原因: 設定 `office_api.listen_on` はありません。`careplan-platform config show` にある名前を使ってください。
    ");
}

#[test]
fn a_settings_file_that_is_not_there_is_named() {
    let refused = said(&["serve", "--config", "/nowhere/settings.toml"]);
    assert_eq!(refused.status.code(), Some(1));
    let sentence = String::from_utf8(refused.stderr).unwrap();
    assert!(sentence.starts_with("設定ファイル `/nowhere/settings.toml` を読めません"), "{sentence}");
}

#[test]
fn showing_an_authority_that_is_not_there_makes_nothing_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_text = data.to_str().unwrap();
    let show = ["authority", "show", "--data", data_text];
    let refuses = || {
        let refused = said(&show);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0));
        let sentence = String::from_utf8(refused.stderr).unwrap();
        assert!(sentence.starts_with("認証局はまだありません"), "{sentence}");
        assert!(
            sentence.contains(data_text) && sentence.contains("`careplan-platform authority init`"),
            "{sentence}"
        );
    };
    refuses();
    assert!(!data.exists());
    std::fs::create_dir(&data).unwrap();
    refuses();
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    // A database without an authority is none either.
    out(&["migrate", "--data", data_text]);
    refuses();
    let made = out(&["authority", "init", "--data", data_text]);
    assert!(made.contains("sha256:"), "{made}");
    assert_eq!(out(&show), made);
}

#[test]
fn migrating_makes_the_embedded_database_as_admin_commands_advise() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let data = data.to_str().unwrap();
    let suspend = ["--data", data, "admin", "office", "suspend", "9970000018"];
    let before = said(&suspend);
    assert!(String::from_utf8_lossy(&before.stderr).contains("`careplan-platform migrate`"));
    assert_eq!(out(&["--data", data, "migrate"]), "データベースの構造は最新です。\n");
    assert_eq!(out(&["--data", data, "migrate"]), "データベースの構造は最新です。\n");
    let after = String::from_utf8(said(&suspend).stderr).unwrap();
    assert!(after.contains("登録されていません"), "{after}");
}

#[test]
fn an_operators_command_where_no_platform_ever_ran_makes_nothing_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_text = data.to_str().unwrap();
    let refuses = || {
        for command in [&["offices", "list"][..], &["audit", "verify"], &["licence", "grant", "9970000018"]] {
            let refused = said(&[&["admin"], command, &["--data", data_text]].concat());
            assert_eq!((refused.status.code(), refused.stdout.len()), (Some(1), 0), "{command:?}");
            let sentence = String::from_utf8(refused.stderr).unwrap();
            assert!(sentence.contains(data_text) && sentence.contains("がありません"), "{sentence}");
            assert!(sentence.contains("`careplan-platform serve`"), "{sentence}");
        }
    };
    refuses();
    assert!(!data.exists());
    std::fs::create_dir(&data).unwrap();
    refuses();
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
}
