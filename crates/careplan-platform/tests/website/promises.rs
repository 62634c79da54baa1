//! What holds for every answer of the site, whatever was asked. Each answer that a test sees is looked at.

use std::collections::BTreeSet;

use careplan_protocol::headers::REQUEST_ID;
use careplan_web::headers;

use crate::browser::{Page, attribute, tags};

/// The largest page with stylesheet, script and sign, as they travel.
pub const PAGE_BYTES_MAX: usize = 50 * 1024;

/// Fails when an answer breaks a promise.
#[track_caller]
pub fn hold(page: &Page) {
    for (name, value) in headers::ON_EVERY_ANSWER {
        assert_eq!(page.header(name), Some(value), "{}: {name}", page.path);
    }
    assert!(page.header(REQUEST_ID).is_some(), "{}", page.path);
    let cached = page.header("cache-control");
    match page.path.starts_with("/assets/") && page.status == 200 {
        true => assert_eq!(cached, Some(headers::CACHE_ASSETS)),
        false => assert_eq!(cached, Some(headers::CACHE_PAGES), "{}", page.path),
    }
    if page.is_html() && page.header("content-encoding").is_none() {
        html(page);
    } else if page.status.is_client_error() || page.status.is_server_error() {
        panic!("{} is answered with {} and no page", page.path, page.status);
    }
}

#[track_caller]
fn html(page: &Page) {
    let (path, text) = (&page.path, page.text());
    assert!(text.contains(r#"<html lang="ja">"#), "{path}");
    assert_eq!(text.matches("<h1").count(), 1, "{path}: headings");
    for inline in [" style=\"", "<style", "<script>", " onclick", " onload", " onerror=\"", "javascript:"] {
        assert!(!text.contains(inline), "{path} has {inline}");
    }
    let mut ids = BTreeSet::new();
    for id in text.split('<').filter_map(|tag| attribute(tag.split('>').next().unwrap(), "id")) {
        assert!(ids.insert(id.clone()), "{path} has the id {id} twice");
    }
    let labelled: BTreeSet<String> = text
        .split("<label ")
        .filter_map(|label| attribute(&format!(" {}", label.split('>').next().unwrap()), "for"))
        .collect();
    for tag in tags(text) {
        let kind = attribute(tag, "type").unwrap_or_default();
        if tag.starts_with("button ") || kind == "hidden" {
            continue;
        }
        let id = attribute(tag, "id").unwrap_or_else(|| panic!("{path}: a field without id: {tag}"));
        assert!(labelled.contains(&id), "{path}: the field {id} has no label");
        for described in attribute(tag, "aria-describedby").unwrap_or_default().split_whitespace() {
            assert!(ids.contains(described), "{path}: {id} is described by {described}, which is not there");
        }
    }
    for link in text.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(link), "{path}: a link to #{link}, which is not there");
    }
    let status = page.status.as_u16();
    assert_eq!(text.contains("<title>エラー："), status == 422, "{path} with {status}");
}
