//! What is true of every page.

use std::collections::BTreeSet;

use askama::Template;
use careplan_web::assets::{PREFIX, asset, script, stylesheet};
use careplan_web::{Banner, Frame, Link, Site, Tone};

use crate::pages::pages;

/// A page with stylesheet and script, on an old line too.
const PAGE_BYTES_MAX: usize = 50 * 1000;

/// The values of an attribute in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_id_is_there_once_and_every_reference_finds_one() {
    for (page, html) in pages().unwrap() {
        let ids = values(&html, "id");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(known.len(), ids.len(), "{page}: {ids:?}");
        let links = values(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#'));
        let mut references: Vec<&str> = links.collect();
        for attribute in
            ["for", "aria-describedby", "aria-labelledby", "data-copy", "data-reveal", "data-read-to-end"]
        {
            references.extend(values(&html, attribute).into_iter().flat_map(|ids| ids.split(' ')));
        }
        assert!(references.len() > 3, "{page}: {references:?}");
        for reference in references {
            assert!(known.contains(reference), "{page}: {reference}");
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (page, html) in pages().unwrap() {
        let labels: BTreeSet<&str> = values(&html, "for").into_iter().collect();
        for tag in ["<input ", "<select ", "<textarea ", "<progress "] {
            for field in html.split(tag).skip(1).filter_map(|rest| rest.split('>').next()) {
                let field = format!(" {field}");
                let id = values(&field, "id").first().copied().unwrap_or_default();
                assert!(labels.contains(id) || field.contains("hidden"), "{page}: {field}");
            }
        }
    }
}

#[test]
fn every_file_a_page_asks_for_exists() {
    for (page, html) in pages().unwrap() {
        let files = values(&html, "href").into_iter().chain(values(&html, "src"));
        let files: Vec<&str> = files.filter(|path| path.starts_with(PREFIX)).collect();
        assert_eq!(files.len(), 3, "{page}: {files:?}");
        for file in files {
            assert!(asset(file).is_some(), "{page}: {file}");
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_outside() {
    for (page, html) in pages().unwrap() {
        for forbidden in [" style=", "<style", "<script>", " onclick", "http:", "https:", "{{", "{%"] {
            assert!(!html.contains(forbidden), "{page}: {forbidden}");
        }
    }
}

#[test]
fn a_page_has_one_heading_and_one_main_part_and_is_small() {
    let files: usize = [stylesheet(), script()].iter().map(|path| asset(path).unwrap().bytes.len()).sum();
    for (page, html) in pages().unwrap() {
        for once in ["<h1>", "<main ", "<title>", " id=\"live\""] {
            assert_eq!(html.matches(once).count(), 1, "{page}: {once}");
        }
        assert!(html.len() + files <= PAGE_BYTES_MAX, "{page}: {}", html.len() + files);
    }
}

#[test]
fn the_stylesheet_knows_every_class_of_every_page() {
    let style = String::from_utf8_lossy(asset(stylesheet()).unwrap().bytes).into_owned();
    let known: BTreeSet<&str> = style
        .split('.')
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next())
        .collect();
    // States of a checklist that look like any other.
    let plain = ["waiting", "failed", "later", "action", "errors"];
    for (page, html) in pages().unwrap() {
        for class in values(&html, "class").into_iter().flat_map(|classes| classes.split(' ')) {
            assert!(known.contains(class) || plain.contains(&class), "{page}: {class}");
        }
    }
}

#[test]
fn the_smallest_page_is_a_whole_one() {
    let site = Site::new("ケアプランデータ連携", "/", "運営：見本県国保連合会");
    let main = Banner::new(Tone::Info, "文");
    let html = Frame::new(&site, "お知らせ", &main).render().unwrap();
    let html = html.replace(stylesheet(), "SITE.css").replace(script(), "SITE.js");
    let html = html.replace(careplan_web::assets::sign(), "SIGN.svg");
    let (before, rest) = html.split_once("<svg class=\"sprite\"").unwrap();
    let (_, after) = rest.split_once("</svg>\n").unwrap();
    insta::assert_snapshot!(format!("{before}{after}"), @r##"
    <!DOCTYPE html>
    <html lang="ja">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="format-detection" content="telephone=no">
    <title>お知らせ｜ケアプランデータ連携</title>
    <link rel="icon" href="SIGN.svg" type="image/svg+xml">
    <link rel="stylesheet" href="SITE.css">
    <script src="SITE.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#main">本文へ移動</a>
    <header class="head">
    <div class="wide">
    <a class="product" href="/"><svg class="icon" aria-hidden="true"><use href="#icon-exchange"/></svg>ケアプランデータ連携</a>
    </div>
    </header>
    <main class="wide" id="main" tabindex="-1">
    <h1>お知らせ</h1>
    <div class="banner info">
    <svg class="icon" aria-hidden="true"><use href="#icon-info"/></svg>
    <h2><span class="word">お知らせ</span>　文</h2>
    </div>
    </main>
    <footer class="foot">
    <div class="wide">
    <p class="small quiet">運営：見本県国保連合会</p>
    </div>
    </footer>
    <div id="live" class="unseen" role="status"></div>
    </body>
    </html>
    "##);
}

#[test]
fn the_menu_says_where_one_is_and_once_for_each_width() {
    let site = Site::new("ケアプランデータ連携", "/", "運営");
    let main = Banner::new(Tone::Info, "文");
    let nav = [Link::new("トップ", "/"), Link::new("お知らせ", "/notices")];
    let html = Frame::new(&site, "お知らせ", &main).nav(&nav, "/notices").render().unwrap();
    assert_eq!(html.matches(r#"<a href="/notices" aria-current="page">お知らせ</a>"#).count(), 2);
    assert_eq!(html.matches("aria-current").count(), 2);
}
