//! Records of one file that must be found in another, as the edition's `relations.csv` has them.
//!
//! Promises: compares hashes only, so that a hundred thousand persons take no longer than their files do. Nothing is
//! missed in a file that could not be read to its end: what is not found there may stand where nobody looked.

use std::collections::HashSet;

use super::Member;
use crate::check::{Content, Group, names};
use crate::collector::Collector;
use crate::edition::{Edition, Layout, Meaning, Relation};
use crate::finding::Draft;
use crate::rules;

pub(super) fn check(edition: &Edition, members: &[Member<'_, '_>], outs: &mut [Collector<'_>]) {
    for relation in edition.relations() {
        for (member, out) in members.iter().zip(outs.iter_mut()) {
            if member.prefix() == Some(relation.of) {
                check_one(edition, (relation, members), (member, out));
            }
        }
    }
}

fn check_one(
    edition: &Edition,
    (relation, members): (&Relation, &[Member<'_, '_>]),
    (member, out): (&Member<'_, '_>, &mut Collector<'_>),
) {
    let (Some(content), Some(layout)) = (&member.content, edition.layout(relation.of)) else {
        return;
    };
    let mut known: HashSet<u64> = HashSet::new();
    let mut named: Vec<&str> = Vec::new();
    for other in members {
        let Some(prefix) = other.prefix().filter(|prefix| relation.within.contains(prefix)) else {
            continue;
        };
        let Some((there, other_layout)) = other.content.as_ref().zip(edition.layout(prefix)) else {
            return;
        };
        if !there.is_whole || !is_comparable(relation, (content, layout), (there, other_layout)) {
            return;
        }
        known.extend(there.records.iter().map(|record| side(relation, record)));
        named.push(other_layout.name_ja());
    }
    if named.is_empty() {
        return;
    }
    let rule = match relation.meaning {
        Meaning::Parent => &rules::REL_NO_PARENT,
        Meaning::Companion => &rules::REL_NO_COMPANION,
        Meaning::Detail => &rules::REL_NO_DETAIL,
        Meaning::Person => &rules::REL_NO_PERSON,
    };
    let items = content.key.map(|key| names(key, layout)).unwrap_or_default();
    let named = named.join("と");
    for record in content.records.iter().filter(|record| !known.contains(&side(relation, record))) {
        let draft = Draft::new(rule).word("items", &items).word("other", &named);
        let draft = draft.severity(relation.severity).resting_on(relation.confidence);
        out.push(draft.at(record.mark.place(member.file.bytes)));
    }
}

/// What of a record is looked for.
fn side(relation: &Relation, record: &Group) -> u64 {
    match relation.meaning {
        Meaning::Person => record.person,
        Meaning::Parent | Meaning::Companion | Meaning::Detail => record.key,
    }
}

/// Whether both files tell records apart by the same items. A supplement that goes with the wrong form, which is told by
/// its name, does not.
fn is_comparable(
    relation: &Relation,
    (content, layout): (&Content<'_>, &Layout),
    (there, other_layout): (&Content<'_>, &Layout),
) -> bool {
    let (Some(key), Some(other_key)) = (content.key, there.key) else {
        return false;
    };
    let name = |layout: &'_ Layout, index: &usize| {
        layout.fields().get(*index).map(|field| field.name_en().to_owned())
    };
    relation.meaning == Meaning::Person
        || key
            .items
            .iter()
            .map(|index| name(layout, index))
            .eq(other_key.items.iter().map(|index| name(other_layout, index)))
}
