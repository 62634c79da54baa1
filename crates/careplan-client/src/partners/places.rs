//! 都道府県 by the first two digits of office numbers.

/// The prefectures in the order of their codes, which begin with 01.
const NAMES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// The prefectures: code and name; at last the one of practice offices.
pub fn prefectures() -> impl Iterator<Item = (String, &'static str)> {
    let real = NAMES.into_iter().zip(1..).map(|(name, code)| (format!("{code:02}"), name));
    real.chain([("99".to_owned(), "練習用")])
}

/// The name of a code; the code itself when there is none.
pub fn prefecture_name(code: &str) -> String {
    prefectures()
        .find(|(known, _)| known == code)
        .map_or_else(|| code.to_owned(), |(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_belong_together() {
        for (code, name) in
            [("01", "北海道"), ("13", "東京都"), ("47", "沖縄県"), ("99", "練習用"), ("48", "48")]
        {
            assert_eq!(prefecture_name(code), name);
        }
    }
}
