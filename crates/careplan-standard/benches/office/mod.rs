//! A month of an invented office.

use std::fmt::Write as _;

use careplan_standard::SourceFile;
use encoding_rs::SHIFT_JIS;

pub(crate) const PLAN: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const ANNEX: &str = "UPSIKYU_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const SUPPLEMENT: &str = "UPHOSOKU_202611_9970000018_43_9970000026_11_20261025101500.CSV";

/// The three files of a month's use slips.
pub(crate) struct Month {
    pub(crate) plan: Vec<u8>,
    annex: Vec<u8>,
    supplement: Vec<u8>,
}

impl Month {
    pub(crate) fn files(&self) -> [SourceFile<'_>; 3] {
        [
            SourceFile::new(PLAN, &self.plan),
            SourceFile::new(ANNEX, &self.annex),
            SourceFile::new(SUPPLEMENT, &self.supplement),
        ]
    }
}

/// So many users, each with a visit on every day of November.
pub(crate) fn month(users: usize) -> Month {
    let (mut plan, mut annex, mut supplement) = (String::new(), String::new(), String::new());
    for user in 0..users {
        let person = format!("990001,{:010}", 9_900_000 + user);
        for day in 1..=30 {
            write!(
                plan,
                "202407,{person},20261025,202611,9970000018,\"例文　一郎\",244,,202611{day:02},,1000,1030,1,111111,,,\"\",,\
                 9970000026,\"みほんヘルパーステーション\",,0,9970000018,\r\n"
            )
            .unwrap();
        }
        write!(
            annex,
            "202407,{person},20261025,202611,\"みほんヘルパーステーション\",9970000026,,111111,,,\"\",244,,,30,7320,7320,,,,7320,\
             10.00,73200,90,65880,,7320,,,,,0,9999999999,,9970000018,\r\n\
             202407,{person},20261025,202611,\"\",9999999999,,999999,,,\"\",0,,,0,7320,7320,,,,7320,\
             ,73200,,65880,,7320,,,,,0,9999999999,,9970000018,\r\n"
        )
        .unwrap();
        write!(
            supplement,
            "202407,{person},00000000,\"カクウ　ハナコ\",\"架空　花子\",2,19380412,000-0001,\"架空県見本市例示町１－２－３\",\"\",\
             000-0000-0001,20260825,20260901,20280831,2,,22,19705,{}9970000018,9970000018,,202611\r\n",
            ",".repeat(40)
        )
        .unwrap();
    }
    let ms932 = |text: &str| SHIFT_JIS.encode(text).0.into_owned();
    Month { plan: ms932(&plan), annex: ms932(&annex), supplement: ms932(&supplement) }
}
