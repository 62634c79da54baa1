//! The page around a page: head, menu, where one is, the one heading, foot.

use std::fmt;

use askama::{DynTemplate, Template};

use crate::form::{Button, FieldErrors, PostForm};
use crate::markup::{Href, Link, part};
use crate::part::Banner;

/// What is the same on every page of a program.
#[derive(Debug, Clone)]
pub struct Site {
    product: String,
    home: Href,
    footer: Vec<Link>,
    operator: String,
}

impl Site {
    /// The name of the product, which leads to the path of its first page, and who runs it, for the foot.
    pub fn new(product: impl Into<String>, home: impl Into<Href>, operator: impl Into<String>) -> Self {
        Self { product: product.into(), home: home.into(), footer: Vec::new(), operator: operator.into() }
    }

    /// Adds a link to the foot.
    #[must_use]
    pub fn footer(mut self, link: Link) -> Self {
        self.footer.push(link);
        self
    }
}

/// Who is logged in.
#[derive(Debug, Clone)]
pub struct Account {
    name: String,
    detail: String,
    log_out: PostForm,
}

impl Account {
    /// The office or the member of staff, its number or role, and the path that ends the session.
    pub fn new(name: impl Into<String>, detail: impl Into<String>, log_out: impl Into<Href>) -> Self {
        let button = Button::submit("ログアウト").secondary().small();
        Self { name: name.into(), detail: detail.into(), log_out: PostForm::new(log_out, button) }
    }
}

/// A template of the page, written as it is.
#[derive(Clone, Copy)]
struct Main<'a>(&'a dyn DynTemplate);

impl fmt::Display for Main<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.dyn_render_into(out).map_err(|_| fmt::Error)
    }
}

part!(Main<'_>);

/// A whole page around its main part. The frame draws the heading, the notice and the summary of errors; the main
/// part begins below the heading and has headings from `h2` on.
///
/// ```
/// use askama::Template as _;
/// use careplan_web::{Banner, Frame, Link, Site, Tone};
///
/// let site = Site::new("ケアプランデータ連携", "/", "運営：見本県国保連合会");
/// let main = Banner::new(Tone::Info, "12月は27日（日）に停止します。");
/// let nav = [Link::new("トップ", "/"), Link::new("お知らせ", "/notices")];
/// let page = Frame::new(&site, "お知らせ", &main).nav(&nav, "/notices").render()?;
/// assert!(page.contains("<title>お知らせ｜ケアプランデータ連携</title>"));
/// # Ok::<(), askama::Error>(())
/// ```
#[derive(Clone, Template)]
#[template(path = "frame.html")]
pub struct Frame<'a> {
    site: &'a Site,
    title: &'a str,
    main: Main<'a>,
    account: Option<&'a Account>,
    nav: &'a [Link],
    current: Option<&'a str>,
    crumbs: &'a [Link],
    status: Option<&'a str>,
    notice: Option<Banner>,
    errors: Option<&'a FieldErrors>,
    broad: bool,
}

impl<'a> Frame<'a> {
    /// A page with its title and main part.
    #[must_use]
    pub fn new(site: &'a Site, title: &'a str, main: &'a dyn DynTemplate) -> Self {
        Self {
            site,
            title,
            main: Main(main),
            account: None,
            nav: &[],
            current: None,
            crumbs: &[],
            status: None,
            notice: None,
            errors: None,
            broad: false,
        }
    }

    /// Who is logged in; the head names them and has the button to log out.
    #[must_use]
    pub fn account(mut self, account: Option<&'a Account>) -> Self {
        self.account = account;
        self
    }

    /// The menu, and the path in it where the page is.
    #[must_use]
    pub fn nav(mut self, nav: &'a [Link], current: &'a str) -> Self {
        self.nav = nav;
        self.current = Some(current);
        self
    }

    /// The pages above this one, from the first.
    #[must_use]
    pub fn crumbs(mut self, above: &'a [Link]) -> Self {
        self.crumbs = above;
        self
    }

    /// One line below the menu about the program as a whole: 「オフラインです。送信は回線が戻りしだい行います。」.
    #[must_use]
    pub fn status(mut self, line: Option<&'a str>) -> Self {
        self.status = line;
        self
    }

    /// What just happened, after the redirect that followed a form.
    #[must_use]
    pub fn notice(mut self, notice: Option<Banner>) -> Self {
        self.notice = notice;
        self
    }

    /// What is wrong with the form of the page: a summary above the heading, and 「エラー：」 in the title, which is
    /// what a screen reader says first.
    #[must_use]
    pub fn errors(mut self, errors: &'a FieldErrors) -> Self {
        self.errors = Some(errors);
        self
    }

    /// Room for wide tables.
    #[must_use]
    pub fn broad(mut self) -> Self {
        self.broad = true;
        self
    }

    fn has_errors(&self) -> bool {
        self.errors.is_some_and(|errors| !errors.is_empty())
    }

    fn is_current(&self, link: &Link) -> bool {
        self.current == Some(link.href.as_str())
    }
}
