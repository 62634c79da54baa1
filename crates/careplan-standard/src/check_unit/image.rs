//! Family charts: the images a unit holds, against the images its records name.

use std::collections::BTreeSet;

use super::Member;
use crate::collector::Collector;
use crate::edition::Edition;
use crate::finding::Draft;
use crate::prefix::Prefix;
use crate::rules;

pub(super) fn check(edition: &Edition, members: &[Member<'_, '_>], outs: &mut [Collector<'_>]) {
    let present: BTreeSet<String> =
        members.iter().filter(|member| member.is_image()).filter_map(Member::canonical_name).collect();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    let mut is_all_known = true;
    for (member, out) in members.iter().zip(outs.iter_mut()) {
        let Some(content) = &member.content else {
            is_all_known &= member.prefix() != Some(Prefix::UpKihon);
            continue;
        };
        is_all_known &= content.is_whole;
        let layout = member.prefix().and_then(|prefix| edition.layout(prefix));
        for image in &content.images {
            named.insert(&image.name);
            if present.contains(&image.name) {
                continue;
            }
            let mut draft = Draft::new(&rules::IMAGE_ABSENT).text(image.name.clone());
            if let Some(field) = layout.and_then(|layout| layout.fields().get(image.item)) {
                draft = draft.field(field);
            }
            out.push(draft.at(image.mark.place_of(member.file.bytes, image.start)));
        }
    }
    if !is_all_known {
        return;
    }
    for (member, out) in members.iter().zip(outs.iter_mut()).filter(|(member, _)| member.is_image()) {
        if member.canonical_name().is_some_and(|name| !named.contains(name.as_str())) {
            out.push(Draft::new(&rules::IMAGE_UNNAMED));
        }
    }
}
