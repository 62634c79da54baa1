//! Records of one file that must be found in another, as the edition's `relations.csv` has them.
//!
//! Promises: compares hashes only, so that a hundred thousand persons take no longer than their files do. Nothing is
//! missed in a file that could not be read to its end: what is not found there may stand where nobody looked. A record of a
//! wrong date or month is told once, where it stands, and is not missed where its parent stands as well. In a unit that is
//! a reading of ours, what its files owe each other is one too, and warns at most.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;

use super::Member;
use crate::check::{Content, Group, names, person_hash};
use crate::collector::Collector;
use crate::edition::{Confidence, Edition, Field, Key, Layout, Meaning, Relation};
use crate::finding::{Draft, Severity};
use crate::prefix::Prefix;
use crate::rules;

/// Records without a parent, by their file and person: how many, and how much it matters.
type Orphans = HashMap<(Prefix, u64), (u64, Severity)>;

/// `confidence` is that of the unit.
pub(super) fn check(
    (edition, confidence): (&Edition, Confidence),
    (members, state): (&[Member<'_, '_>], &RandomState),
    outs: &mut [Collector<'_>],
) {
    let mut orphans = Orphans::new();
    // Who looks for a parent comes first: an orphan may be what others look for.
    let is_parent = |relation: &&Relation| relation.meaning == Meaning::Parent;
    let parents = edition.relations().iter().filter(is_parent);
    let others = edition.relations().iter().filter(|relation| !is_parent(relation));
    for relation in parents.chain(others) {
        for (member, out) in members.iter().zip(outs.iter_mut()) {
            if member.prefix() == Some(relation.of) {
                let confidence = confidence.min(relation.confidence);
                let search = Search { edition, relation, confidence, state };
                search.look(members, (member, out), &mut orphans);
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
    fn look(
        &self,
        members: &[Member<'_, '_>],
        (member, out): (&Member<'_, '_>, &mut Collector<'_>),
        orphans: &mut Orphans,
    ) {
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
            if let Some(key) = content.key {
                let person = person_hash(self.state, key, &record.mark.fields(member.file.bytes));
                if relation.meaning == Meaning::Parent {
                    orphans.entry((relation.of, person)).or_insert((0, draft.severity)).0 += 1;
                } else if self.stands_elsewhere((person, draft.severity), orphans) {
                    continue;
                }
            }
            out.push(draft.at(record.mark.place(member.file.bytes)));
        }
    }

    /// Whether an orphan of the person, told at least as severely, is what is missing. Each is so once.
    fn stands_elsewhere(&self, (person, severity): (u64, Severity), orphans: &mut Orphans) -> bool {
        self.relation.within.iter().any(|prefix| match orphans.get_mut(&(*prefix, person)) {
            Some((left, told)) if *left > 0 && *told >= severity => {
                *left -= 1;
                true
            }
            _ => false,
        })
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
