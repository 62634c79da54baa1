//! Records and the rows that belong to them: which row has the key of which earlier one.
//!
//! Promises: a row is compared with the row before it first, since the rows of one person follow each other as a rule; only
//! where the key changes is it hashed. What is kept of a record is a hash and a mark, never a value. Two keys of one hash would be
//! taken for one; the hash has 64 bits and a secret of the run, so that nobody can aim at it, and in the largest file
//! it happens once in many millions of runs.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use crate::edition::{KEY_ITEMS_MAX, Key, KeyKind, Layout, PERSON_ITEMS};
use crate::finding::Draft;
use crate::mark::Mark;
use crate::name::FileName;
use crate::rules::{self, Rule};
use crate::scan::RawField;

/// A map whose keys are hashes already.
pub(super) type ByHash<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

/// Takes a hash for what it is.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// The value of a coded item. A quote doubled inside it stays doubled: no code holds one.
pub(super) fn item<'f>(fields: &[RawField<'f>], index: usize) -> &'f [u8] {
    fields.get(index).map(|raw| raw.raw.trim_ascii()).unwrap_or_default()
}

/// Whether two values are the same. For values of a few bytes the loop is faster than the library's comparison of slices.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one == other)
}

/// A hash of values, and which value is which. `seed` tells the owners of values apart. The values are gathered first,
/// since the hash takes one long text faster than many short ones.
pub(super) fn hash<'v>(
    (state, scratch): (&RandomState, &mut Vec<u8>),
    seed: u64,
    values: impl Iterator<Item = &'v [u8]>,
) -> u64 {
    scratch.clear();
    for value in values {
        scratch.extend_from_slice(value);
        // No character of MS932 has this byte.
        scratch.push(0xFF);
    }
    let mut hasher = state.build_hasher();
    hasher.write_u64(seed);
    hasher.write(scratch);
    hasher.finish()
}

/// What tells the rows of one record from those of another in a hash.
pub(super) fn seed(group: usize) -> u64 {
    u64::try_from(group).unwrap_or(u64::MAX)
}

/// A hash of the person alone, whatever the rest of the key of a record is.
pub(crate) fn person_hash(state: &RandomState, key: &Key, fields: &[RawField<'_>]) -> u64 {
    let person = key.items.iter().take(PERSON_ITEMS).map(|index| item(fields, *index));
    hash((state, &mut Vec::new()), 0, person)
}

/// A record: one or more rows of one key.
#[derive(Debug)]
pub(crate) struct Group {
    /// Its first row.
    pub(crate) mark: Mark,
    /// Hash of the whole key.
    pub(crate) key: u64,
    /// Whether a row names an office at all.
    pub(super) names_office: bool,
    /// Whether a row names the receiver's office.
    pub(super) names_receiver: bool,
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// Index of the group.
    pub(super) group: usize,
    /// Whether it is the first row of its group.
    pub(super) is_first: bool,
}

/// The records of one file in the making.
pub(super) struct Groups<'e, 'f, 's> {
    pub(super) key: Option<&'e Key>,
    state: &'s RandomState,
    previous: [&'f [u8]; KEY_ITEMS_MAX],
    current: Option<usize>,
    known: ByHash<u32>,
    scratch: Vec<u8>,
    pub(super) all: Vec<Group>,
}

impl<'e, 'f, 's> Groups<'e, 'f, 's> {
    pub(super) fn new(layout: &'e Layout, name: &FileName, state: &'s RandomState) -> Self {
        Self {
            key: layout.keys.iter().find(|key| key.kind.is_of_records() && key.is_of(name)),
            state,
            previous: [b""; KEY_ITEMS_MAX],
            current: None,
            known: ByHash::default(),
            scratch: Vec::new(),
            all: Vec::new(),
        }
    }

    /// Finds the group of a row. `None` when an item of its key is empty, which is told with the item.
    pub(super) fn enter(&mut self, fields: &[RawField<'f>], mark: Mark) -> Option<Member> {
        let key = self.key?;
        let mut values: [&[u8]; KEY_ITEMS_MAX] = [b""; KEY_ITEMS_MAX];
        let (mut is_complete, mut is_same) = (true, true);
        for ((value, previous), index) in values.iter_mut().zip(&self.previous).zip(&key.items) {
            *value = item(fields, *index);
            is_complete &= !value.is_empty();
            is_same &= is_equal(value, previous);
        }
        if !is_complete {
            return None;
        }
        if let Some(group) = self.current.filter(|_| is_same) {
            return Some(Member { group, is_first: false });
        }
        self.previous = values;
        let used = values.iter().take(key.items.len()).copied();
        let hashed = hash((self.state, &mut self.scratch), 0, used);
        let next = self.all.len();
        let index = *self.known.entry(hashed).or_insert(u32::try_from(next).unwrap_or(u32::MAX));
        let group = usize::try_from(index).unwrap_or(next);
        let is_first = group == next;
        if is_first {
            self.all.push(Group { mark, key: hashed, names_office: false, names_receiver: false });
        }
        self.current = Some(group);
        Some(Member { group, is_first })
    }

    /// What is wrong with a further row of a record that takes one only.
    pub(super) fn second(&self, member: Member, layout: &'e Layout) -> Option<Draft<'e>> {
        let key = self.key.filter(|key| key.kind == KeyKind::Unique && !member.is_first)?;
        let first = self.all.get(member.group)?.mark.record();
        Some(twice(&rules::KEY_TWICE, key, layout, first))
    }
}

/// What is wrong with a row whose key a row before it has; `first` is the record of that row.
pub(super) fn twice<'d>(rule: &'static Rule, key: &Key, layout: &Layout, first: u32) -> Draft<'d> {
    let draft = Draft::new(rule).word("items", names(key, layout)).word("first", first);
    draft.severity(key.severity).resting_on(key.confidence)
}

/// The items of a key, for a message.
pub(crate) fn names(key: &Key, layout: &Layout) -> String {
    let names: Vec<String> = key
        .items
        .iter()
        .filter_map(|index| layout.fields().get(*index))
        .map(|field| format!("「{}」", field.name_ja()))
        .collect();
    names.concat()
}
