//! Users (利用者) of one care manager's office, and the services that each has.

use super::Invented;

/// One user.
pub(crate) struct User {
    /// Ten digits; of the town's insurer.
    pub(crate) insured: String,
    /// Full width, as the standard has it.
    pub(crate) kana: String,
    pub(crate) name: String,
    /// 1 man, 2 woman.
    pub(crate) sex: u8,
    pub(crate) birthday: String,
    /// 要介護1–3, as the standard codes it, with the units that may be used in a month.
    pub(crate) care_level: (&'static str, u32),
    /// 担当ケアマネジャー.
    pub(crate) care_manager: &'static str,
    /// Whose services they use.
    pub(crate) services: Vec<&'static Invented>,
}

/// The number of the town as an insurer.
pub(super) const INSURER: &str = "990001";

/// How many people one office cares for: three care managers of ten each.
const USERS: usize = 30;

const FAMILY_NAMES: [(&str, &str); 10] = [
    ("架空", "カクウ"),
    ("例題", "レイダイ"),
    ("見本", "ミホン"),
    ("仮野", "カリノ"),
    ("空木", "ウツギ"),
    ("雲井", "クモイ"),
    ("雪村", "ユキムラ"),
    ("梅原", "ウメハラ"),
    ("竹内山", "タケウチヤマ"),
    ("菜畑", "ナハタ"),
];

const GIVEN_NAMES: [(&str, &str, u8); 6] = [
    ("花子", "ハナコ", 2),
    ("太郎", "タロウ", 1),
    ("すみれ", "スミレ", 2),
    ("松男", "マツオ", 1),
    ("つゆ", "ツユ", 2),
    ("晴美", "ハルミ", 2),
];

const CARE_LEVELS: [(&str, u32); 3] = [("21", 16_765), ("22", 19_705), ("23", 27_048)];

const CARE_MANAGERS: [&str; 3] = ["例文　一郎", "例文　二葉", "例文　三月"];

/// The users of an office that works with these services: each has one to three of them.
pub(crate) fn users(services: &[&'static Invented]) -> Vec<User> {
    (0..USERS).map(|number| user(number, services)).collect()
}

fn user(number: usize, services: &[&'static Invented]) -> User {
    let at = |list: usize| number % list;
    let (family, family_kana) = FAMILY_NAMES[at(FAMILY_NAMES.len())];
    let (given, given_kana, sex) = GIVEN_NAMES[(number / FAMILY_NAMES.len() + number) % GIVEN_NAMES.len()];
    // As many services as the number of the user says, side by side, so that every service has users.
    let how_many = (1 + number % 3).min(services.len());
    let used = (0..how_many).filter_map(|n| services.get((number + n) % services.len()).copied());
    User {
        insured: format!("{:010}", 9_900_013 + 8 * number),
        kana: format!("{family_kana}　{given_kana}"),
        name: format!("{family}　{given}"),
        sex,
        birthday: format!("{}{:02}{:02}", 1933 + number % 15, 1 + number % 12, 1 + number % 28),
        care_level: CARE_LEVELS[at(CARE_LEVELS.len())],
        care_manager: CARE_MANAGERS[number / (USERS / CARE_MANAGERS.len())],
        services: used.collect(),
    }
}
