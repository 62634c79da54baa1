//! How a form is laid out in named columns, without saying in which order or which file.
//!
//! Promises: a form knows the names of its items and nothing of CSV. A reader or writer of any format meets the form through
//! [`Columns`]: names in, texts in or out.

use super::item::{Item, ItemKind, ItemValue};

/// A form, or a part of one, made of named items.
///
/// Written by `form!` for every form; implemented by hand for items and lists only.
pub trait Columns: Sized {
    /// The names of the items, nested as in the form.
    fn outline() -> Outline;

    /// Reads the form from the texts of its items, in the order of the outline.
    fn take(texts: &mut dyn Iterator<Item = String>) -> Self;

    /// Writes the texts of the items, in the order of the outline.
    fn put(&self, texts: &mut Vec<String>);
}

/// The names of a form's items.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outline {
    /// One item.
    Item(ItemKind),
    /// Items that have names.
    Group(Vec<OutlineMember>),
    /// The same so many times, numbered from 1.
    Times(usize, Box<Outline>),
}

/// A named member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutlineMember {
    /// Our English name, the key in JSON.
    pub name: &'static str,
    /// What the ministry calls it.
    pub name_ja: &'static str,
    /// What it is.
    pub outline: Outline,
}

impl OutlineMember {
    pub(crate) fn new(name: &'static str, name_ja: &'static str, outline: Outline) -> Self {
        Self { name, name_ja, outline }
    }
}

impl Outline {
    /// The names of all items as the edition's layouts write them: members joined by `_`, repetitions by their number.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.items().into_iter().map(|item| item.name).collect()
    }

    /// All items in order.
    pub(crate) fn items(&self) -> Vec<OutlineItem> {
        let mut items = Vec::new();
        self.collect(String::new(), String::new(), &mut items);
        items
    }

    fn collect(&self, name: String, name_ja: String, items: &mut Vec<OutlineItem>) {
        match self {
            Self::Item(kind) => items.push(OutlineItem { name, name_ja, kind: *kind }),
            Self::Group(members) => {
                let stem = if name.is_empty() { name } else { name + "_" };
                let stem_ja = if name_ja.is_empty() { name_ja } else { name_ja + " " };
                for member in members {
                    let name = format!("{stem}{}", member.name);
                    member.outline.collect(name, format!("{stem_ja}{}", member.name_ja), items);
                }
            }
            Self::Times(count, outline) => {
                for number in 1..=*count {
                    outline.collect(format!("{name}{number}"), format!("{name_ja}{number}"), items);
                }
            }
        }
    }
}

/// An item with its full names.
pub(crate) struct OutlineItem {
    pub(crate) name: String,
    pub(crate) name_ja: String,
    pub(crate) kind: ItemKind,
}

impl<T: ItemValue> Columns for Item<T> {
    fn outline() -> Outline {
        Outline::Item(T::KIND)
    }

    fn take(texts: &mut dyn Iterator<Item = String>) -> Self {
        texts.next().map_or(Self::Empty, |text| Self::read(&text))
    }

    fn put(&self, texts: &mut Vec<String>) {
        texts.push(self.text());
    }
}

impl<C: Columns, const COUNT: usize> Columns for [C; COUNT] {
    fn outline() -> Outline {
        Outline::Times(COUNT, Box::new(C::outline()))
    }

    fn take(texts: &mut dyn Iterator<Item = String>) -> Self {
        std::array::from_fn(|_| C::take(texts))
    }

    fn put(&self, texts: &mut Vec<String>) {
        for part in self {
            part.put(texts);
        }
    }
}

/// Declares a form: its items in order, each with the ministry's name, our name and its kind.
macro_rules! form {
    ($(#[$doc:meta])* pub struct $form:ident { $($name_ja:literal $name:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
        pub struct $form {
            $(#[doc = $name_ja] pub $name: $kind,)+
        }

        impl crate::form::Columns for $form {
            fn outline() -> crate::form::Outline {
                crate::form::Outline::Group(vec![$(crate::form::OutlineMember::new(
                    stringify!($name),
                    $name_ja,
                    <$kind as crate::form::Columns>::outline(),
                )),+])
            }

            fn take(texts: &mut dyn Iterator<Item = String>) -> Self {
                Self { $($name: crate::form::Columns::take(texts),)+ }
            }

            fn put(&self, texts: &mut Vec<String>) {
                $(crate::form::Columns::put(&self.$name, texts);)+
            }
        }
    };
}
pub(crate) use form;
