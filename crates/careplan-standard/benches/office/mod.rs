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

/// Time, units and code of the services of every user, ten days each.
const SERVICES: [(&str, &str, &str); 3] =
    [("1000,1030", "244", "111111"), ("0900,1000", "387", "111211"), ("1630,1700", "244", "111111")];

/// So many users, each with thirty lines in November, listed service by service as care software does.
pub(crate) fn month(users: usize) -> Month {
    let (mut plan, mut annex, mut supplement) = (String::new(), String::new(), String::new());
    for user in 0..users {
        let person = format!("990001,{:010}", 9_900_000 + user);
        for line in 0..30 {
            let ((times, units, code), day) = (SERVICES[line / 10], 1 + line % 10 * 3);
            write!(
                plan,
                "202407,{person},20261025,202611,9970000018,\"例文　一郎\",{units},,202611{day:02},,{times},1,{code},,,\"\",,\
                 9970000026,\"みほんヘルパーステーション\",,0,9970000018,\r\n"
            )
            .unwrap();
        }
        write!(
            annex,
            "202407,{person},20261025,202611,\"みほんヘルパーステーション\",9970000026,,111111,,,\"\",244,,,20,4880,4880,,,,4880,\
             ,,,,,,,,,,0,9999999999,,9970000018,\r\n\
             202407,{person},20261025,202611,\"みほんヘルパーステーション\",9970000026,,111211,,,\"\",387,,,10,3870,3870,,,,3870,\
             ,,,,,,,,,,0,9999999999,,9970000018,\r\n\
             202407,{person},20261025,202611,\"みほんヘルパーステーション\",9970000026,,11AAAA,,,\"\",0,,,0,8750,8750,,,,8750,\
             10.00,87500,90,78750,,8750,,,,,0,9999999999,,9970000018,\r\n\
             202407,{person},20261025,202611,\"\",9999999999,,999999,,,\"\",0,,,0,8750,8750,,,,8750,\
             ,87500,,78750,,8750,,,,,0,9999999999,,9970000018,\r\n"
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
