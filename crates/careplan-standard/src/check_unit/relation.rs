//! Records of one file that must be found in another, as the edition's `relations.csv` has them.
//!
//! Promises: compares hashes only, so that a hundred thousand persons take no longer than their files do. Nothing is
//! missed in a file that could not be read to its end: what is not found there may stand where nobody looked. In a unit
//! that is a reading of ours, what its files owe each other is one too, and warns at most.

use std::collections::HashSet;
use std::hash::RandomState;

use super::Member;
use crate::check::{Content, Group, names, person_hash};
use crate::collector::Collector;
use crate::edition::{Confidence, Edition, Field, Key, Layout, Meaning, Relation};
use crate::finding::Draft;
use crate::rules;

/// `confidence` is that of the unit.
pub(super) fn check(
    (edition, confidence): (&Edition, Confidence),
    (members, state): (&[Member<'_, '_>], &RandomState),
    outs: &mut [Collector<'_>],
) {
    for relation in edition.relations() {
        for (member, out) in members.iter().zip(outs.iter_mut()) {
            if member.prefix() == Some(relation.of) {
                let confidence = confidence.min(relation.confidence);
                Search { edition, relation, confidence, state }.look(members, (member, out));
            }
        }
    }
}

/// A search for the records of one file in others.
struct Search<'a> {
    edition: &'a Edition,
    relation: &'a Relation,
    /// Of the relation and the unit, whichever is less sure.
    confidence: Confidence,
    /// The secret of the hashes.
    state: &'a RandomState,
}

impl Search<'_> {
    fn look(&self, members: &[Member<'_, '_>], (member, out): (&Member<'_, '_>, &mut Collector<'_>)) {
        let relation = self.relation;
        let (Some(content), Some(layout)) = (&member.content, self.edition.layout(relation.of)) else {
            return;
        };
        let mut known: HashSet<u64> = HashSet::new();
        let mut named: Vec<&str> = Vec::new();
        for other in members {
            let Some(prefix) = other.prefix().filter(|prefix| relation.within.contains(prefix)) else {
                continue;
            };
            let Some((there, other_layout)) = other.content.as_ref().zip(self.edition.layout(prefix)) else {
                return;
            };
            if !there.is_whole || !self.is_comparable((content, layout), (there, other_layout)) {
                return;
            }
            known.extend(there.records.iter().map(|record| self.side((other, there), record)));
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
        for record in &content.records {
            if known.contains(&self.side((member, content), record)) {
                continue;
            }
            let draft = Draft::new(rule).word("items", &items).word("other", &named);
            let draft = draft.severity(relation.severity).resting_on(self.confidence);
            out.push(draft.at(record.mark.place(member.file.bytes)));
        }
    }

    /// What of a record is looked for.
    fn side(&self, (member, content): (&Member<'_, '_>, &Content<'_>), record: &Group) -> u64 {
        match (self.relation.meaning, content.key) {
            (Meaning::Person, Some(key)) => {
                person_hash(self.state, key, &record.mark.fields(member.file.bytes))
            }
            _ => record.key,
        }
    }

    /// Whether both files tell records apart by the same items. A supplement that goes with the wrong form, which is told by
    /// its name, does not.
    fn is_comparable(
        &self,
        (content, layout): (&Content<'_>, &Layout),
        (there, other_layout): (&Content<'_>, &Layout),
    ) -> bool {
        let (Some(key), Some(other_key)) = (content.key, there.key) else {
            return false;
        };
        self.relation.meaning == Meaning::Person
            || names_en(key, layout).eq(names_en(other_key, other_layout))
    }
}

fn names_en<'e>(key: &'e Key, layout: &'e Layout) -> impl Iterator<Item = Option<&'e str>> {
    key.items.iter().map(|index| layout.fields().get(*index).map(Field::name_en))
}
