//! The rule pages in `docs/rules/`: made from the catalogue and the corpus, committed, and compared here.
//!
//! `UPDATE_RULE_PAGES=1 cargo test -p careplan-standard --test corpus` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use careplan_standard::{Finding, Rule, Severity, rules};

use crate::fault::{Fault, faults, severity};
use crate::words::{FAMILIES, LIMIT, SOFTENED, WORDS, WORDS_OF_A_RULE, WORDS_OF_WRITING};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules")
}

fn family(rule: &Rule) -> &'static str {
    let begin = rule.code.split('-').next().unwrap_or_default();
    let known = FAMILIES.iter().chain([&LIMIT]).find(|(family, _)| *family == begin);
    known.unwrap_or_else(|| panic!("{begin} is in no family: name it in this file")).1
}

fn grade(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "送信不可",
        Severity::Warn => "注意",
        Severity::Info => "参考",
    }
}

/// A template of a rule with words for a reader in the place of names.
fn in_words(rule: &Rule, template: &str) -> String {
    let mut text = template.to_owned();
    let own =
        WORDS_OF_A_RULE.iter().filter(|(code, ..)| *code == rule.code).map(|(_, name, word)| (name, word));
    let general = WORDS.iter().chain(&WORDS_OF_WRITING).map(|(name, word)| (name, word));
    for (name, word) in own.chain(general) {
        text = text.replace(&format!("{{{name}}}"), word);
    }
    assert!(!text.contains(['{', '}']), "{}: name the words of this template in words.rs: {text}", rule.code);
    text
}

/// The corpus' plainest finding of each rule: of the rule's own grade where there is one, in a folder with little else.
fn examples(faults: &[Fault]) -> BTreeMap<&'static str, (String, Finding)> {
    let mut all = Vec::new();
    for fault in faults {
        let findings = fault.verdict().findings;
        for finding in &findings {
            let others = findings.iter().filter(|other| other.code != finding.code).count();
            all.push(((others, findings.len()), fault.name.clone(), finding.clone()));
        }
    }
    let mut examples = BTreeMap::new();
    for rule in rules() {
        let of_rule = all.iter().filter(|(_, _, finding)| finding.code == rule.code);
        let plainest =
            of_rule.min_by_key(|(count, name, finding)| (finding.severity != rule.severity, *count, name));
        if let Some((_, name, finding)) = plainest {
            examples.insert(rule.code, (name.clone(), finding.clone()));
        }
    }
    examples
}

fn page(rule: &Rule, example: Option<&(String, Finding)>) -> String {
    let mut text = format!("# {}　{}\n\n", rule.code, family(rule));
    writeln!(text, "> {}\n", in_words(rule, rule.message)).unwrap();
    writeln!(text, "**段階：{}**（{}）\n", grade(rule.severity), severity(rule.severity)).unwrap();
    if let Some((_, softened)) = SOFTENED.iter().find(|(code, _)| *code == rule.code) {
        writeln!(text, "{softened}\n").unwrap();
    }
    writeln!(text, "## なぜ調べるのか\n\n{}\n", rule.why).unwrap();
    writeln!(text, "## どうすればよいか\n\n{}\n", in_words(rule, rule.fix)).unwrap();
    writeln!(text, "## 例\n").unwrap();
    match example {
        Some((folder, finding)) => {
            if let Some(file) = &finding.file {
                writeln!(text, "ファイル `{file}`\n").unwrap();
            }
            writeln!(text, "> {}\n>\n> → {}\n", finding.message, finding.fix).unwrap();
            writeln!(
                text,
                "見本のファイル：[{folder}](../../crates/careplan-standard/tests/hostile/{folder}/)（利用者・事業所は架空です）\n"
            )
            .unwrap();
        }
        None => writeln!(text, "見本のファイルはありません。とても大きなファイルか、ファイルを書き出すとき・組み立てるときにだけ出る指摘です。\n").unwrap(),
    }
    write!(text, "## 出典\n\n{}\n\n[指摘の一覧に戻る](README.md)\n", in_words(rule, rule.source)).unwrap();
    text
}

fn index() -> String {
    let mut text = String::from(
        "# 指摘の一覧\n\n\
         ケアプランデータ連携標準仕様4.1版のファイルを調べたときに出る、すべての指摘です。番号を選ぶと、理由・直し方・例が読めます。\n\n\
         | 段階 | 意味 |\n|---|---|\n\
         | 送信不可（block） | 相手先が受け取れない、または受け取ってはならないものです。直してから送ってください。 |\n\
         | 注意（warn） | 相手先によっては読めないものです。標準仕様からの読み取りに基づく決まりも、注意にとどめます。 |\n\
         | 参考（info） | 読み替えて受け付けたものです。このまま送れます。 |\n\n\
         この一覧と各ページは、プログラムの中の決まりと見本のファイルから作られています。手で書き換えないでください。\n",
    );
    for (begin, about) in FAMILIES.iter().chain([&LIMIT]) {
        write!(text, "\n## {begin}　{about}\n\n| 番号 | 段階 | 内容 |\n|---|---|---|\n").unwrap();
        for rule in rules().iter().filter(|rule| rule.code.split('-').next() == Some(begin)) {
            let (code, grade) = (rule.code, grade(rule.severity));
            writeln!(text, "| [{code}]({code}.md) | {grade} | {} |", in_words(rule, rule.message)).unwrap();
        }
    }
    text
}

/// All pages by their file names.
fn pages() -> BTreeMap<String, String> {
    let examples = examples(&faults());
    let mut pages: BTreeMap<String, String> = rules()
        .iter()
        .map(|rule| (format!("{}.md", rule.code), page(rule, examples.get(rule.code))))
        .collect();
    pages.insert("README.md".to_owned(), index());
    pages
}

fn committed() -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        return BTreeMap::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn the_committed_rule_pages_are_those_of_the_catalogue() {
    let pages = pages();
    if std::env::var_os("UPDATE_RULE_PAGES").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for name in committed().keys().filter(|name| !pages.contains_key(*name)) {
            std::fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &pages {
            std::fs::write(folder().join(name), text).unwrap();
        }
    }
    let committed = committed();
    let stale: BTreeSet<&String> = pages
        .keys()
        .chain(committed.keys())
        .filter(|name| pages.get(*name) != committed.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "missing or stale in docs/rules: {stale:?}\nwrite them anew: UPDATE_RULE_PAGES=1 cargo test -p careplan-standard --test corpus"
    );
}

#[test]
fn rules_that_come_in_several_grades_say_when() {
    let mut several = BTreeSet::new();
    for finding in faults().iter().flat_map(|fault| fault.verdict().findings) {
        let rule = rules().iter().find(|rule| rule.code == finding.code).unwrap();
        if finding.severity != rule.severity {
            several.insert(rule.code);
        }
    }
    assert_eq!(several, SOFTENED.iter().map(|(code, _)| *code).collect());
}

#[test]
fn the_page_about_the_standard_links_to_rules_that_exist() {
    let text = std::fs::read_to_string(folder().join("../standard.md")).unwrap();
    let mut linked = BTreeSet::new();
    for link in text.split("](rules/").skip(1) {
        let target = link.split(".md)").next().unwrap();
        assert!(rules().iter().any(|rule| rule.code == target), "{target}");
        linked.insert(target);
    }
    let shown = text.matches("](rules/").count();
    let named = linked.iter().map(|code| text.matches(&format!("[{code}](rules/{code}.md)")).count());
    assert_eq!(named.sum::<usize>(), shown, "a link says another code than it leads to");
    assert!(linked.len() > 50, "{}", linked.len());
}
