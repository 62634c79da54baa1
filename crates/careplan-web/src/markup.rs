//! What may stand in a page as it is, and what may be a link.

use std::fmt;

use askama::filters::HtmlSafe;

/// Makes parts writable as `{{ part }}` in any template: what they draw is HTML, every value in it escaped.
macro_rules! part {
    ($($part:ty),+ $(,)?) => { $(impl askama::filters::HtmlSafe for $part {})+ };
}
pub(crate) use part;

/// HTML that a template has drawn: the way to put a page's own template into a part of ours.
///
/// ```
/// use askama::Template as _;
/// use careplan_web::{Button, Markup};
///
/// let drawn = Markup::of(&Button::submit("送信する"))?;
/// assert!(drawn.to_string().starts_with("<button"));
/// # Ok::<(), askama::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markup(String);

impl Markup {
    /// Draws a template.
    ///
    /// # Errors
    /// Those of the template; those of this crate have none.
    pub fn of(template: &dyn askama::DynTemplate) -> askama::Result<Self> {
        template.dyn_render().map(Self)
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// Where a link or a form leads: a path of this site, a place on the page, a web page, a mail address. Anything else,
/// `javascript:` above all, becomes `#`, so that an address from a notice or a partner cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Href(String);

impl Href {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Href {
    fn from(address: &str) -> Self {
        let of_ours = address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\");
        let elsewhere =
            ["#", "?", "https://", "http://", "mailto:"].iter().any(|good| address.starts_with(good));
        Self(if of_ours || elsewhere { address } else { "#" }.to_owned())
    }
}

impl From<String> for Href {
    fn from(address: String) -> Self {
        Self::from(address.as_str())
    }
}

impl fmt::Display for Href {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A link of a list: navigation, breadcrumb, footer.
#[derive(Debug, Clone)]
pub struct Link {
    pub(crate) label: String,
    pub(crate) href: Href,
    pub(crate) count: Option<String>,
}

impl Link {
    /// A link with its words.
    pub fn new(label: impl Into<String>, href: impl Into<Href>) -> Self {
        Self { label: label.into(), href: href.into(), count: None }
    }

    /// How many things wait there, with their counter: `3件`.
    #[must_use]
    pub fn count(mut self, count: impl Into<String>) -> Self {
        self.count = Some(count.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_pages_and_mail_and_never_runs() {
        for good in ["/licence", "#user_id", "?after=3", "https://example.jp/", "mailto:help@example.jp"] {
            assert_eq!(Href::from(good).as_str(), good);
        }
        for bad in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/\\evil",
            "",
        ] {
            assert_eq!(Href::from(bad).as_str(), "#", "{bad}");
        }
    }
}
