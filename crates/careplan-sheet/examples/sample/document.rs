//! A document that has everything: long text, spans, a calendar of 31 days, a picture. People and offices are invented.

use careplan_sheet::{Align, Cell, Document, Picture, Row, Sheet, Table, TextSize};
use jiff::civil::date;

/// The family chart of the sample.
static FAMILY: &[u8] = include_bytes!("family.jpg");

/// The sample document: four forms on five pages.
pub(crate) fn sample() -> Result<Document, Box<dyn std::error::Error>> {
    let document = Document::new("居宅サービス計画書　見本 花子 様", date(2026, 11, 30));
    Ok(document.sheet(form_1()?).sheet(form_2()?).sheet(form_6()?).sheet(basics()?))
}

fn form_1() -> Result<Sheet, Box<dyn std::error::Error>> {
    let person = Table::builder([4, 7, 3, 5, 3, 10])
        .row(Row::new([
            Cell::label("利用者名"),
            Cell::data("見本 花子　様").strong().middle(),
            Cell::label("生年月日"),
            Cell::data("昭和15年4月1日").middle(),
            Cell::label("住所"),
            Cell::data("見本県見本市中央１丁目２番３号　見本ハイツ𠮷田205").middle(),
        ]))
        .row(Row::new([
            Cell::label("居宅サービス計画\n作成者氏名"),
            Cell::data("架空 太郎").middle(),
            Cell::label("事業所番号"),
            Cell::data("9970000018").middle(),
            Cell::label("事業者・\n事業所名"),
            Cell::data("見本居宅介護支援事業所\n（見本県見本市南町４－５）").middle(),
        ]))
        .row(Row::new([
            Cell::label("認定日"),
            Cell::data("令和８年10月20日"),
            Cell::label("認定期間"),
            Cell::data("令和８年11月１日～令和11年10月31日").cols(3),
        ]))
        .row(Row::new([
            Cell::label("要介護状態区分"),
            Cell::data("要介護１　・　要介護２　・　【要介護３】　・　要介護４　・　要介護５").cols(5),
        ]))
        .build()?;
    let wishes = "本人：「住み慣れたこの家で、できるだけ自分のことは自分でしながら暮らしたい。春には庭の花の世話をまたしたい。」\n\
                  長男：「日中は仕事で家を空けるので、転ばないか心配。夜は一緒にいられる。無理のない範囲で手伝っていきたい。」";
    let policy = "歩行が不安定になってきていますが、手すりや歩行器を使えば家の中を移動できます。転倒を防ぎながら、入浴や買い物などの生活を続けられるよう、通所リハビリテーションと訪問介護で支えます。"
        .repeat(3);
    let plan = Table::builder([2, 11])
        .row(
            Row::new([
                Cell::label("利用者及び家族の\n生活に対する意向を\n踏まえた課題分析の結果"),
                Cell::data(wishes),
            ])
            .lines(7),
        )
        .row(
            Row::new([Cell::label("介護認定審査会の意見\n及びサービスの種類の指定"), Cell::data("特になし")])
                .lines(3),
        )
        .row(Row::new([Cell::label("総合的な援助の方針"), Cell::data(&policy)]).lines(8))
        .row(Row::new([
            Cell::label("生活援助中心型の\n算定理由"),
            Cell::data("１．一人暮らし　　２．家族等が障害、疾病等　　【３．その他】（日中独居のため）"),
        ]))
        .build()?;
    Ok(Sheet::new("居宅サービス計画書（１）")
        .form_no("第１表")
        .note("居宅サービス計画について説明を受け、内容に同意し、交付を受けました。　　説明・同意日　　　　年　　月　　日　　　利用者同意欄")
        .table(person)
        .table(plan))
}

fn form_2() -> Result<Sheet, Box<dyn std::error::Error>> {
    let mut table = Table::builder([5, 6, 3, 6, 3, 7, 2, 4, 4, 3, 3])
        .size(TextSize::Small)
        .caption("援助の目標と内容")
        .head(Row::new([
            Cell::head("生活全般の\n解決すべき課題\n（ニーズ）").rows(2),
            Cell::head("目標").cols(4),
            Cell::head("援助内容").cols(6),
        ]))
        .head(Row::new(
            [
                "長期目標",
                "（期間）",
                "短期目標",
                "（期間）",
                "サービス内容",
                "※１",
                "サービス種別",
                "※２",
                "頻度",
                "期間",
            ]
            .map(Cell::head),
        ));
    for (need, goal) in [
        ("転ばずに家の中を歩き、庭に出て花の世話をしたい。", "庭まで一人で歩いて出ることができる。"),
        ("ひとりで安全に入浴したい。", "見守りがあれば自宅の浴槽に入ることができる。"),
        ("食事をおいしく食べ、体重を保ちたい。", "３食を規則正しく食べ、体重が45kgを下回らない。"),
        ("近所の友人と会い、話をしたい。", "週に１回、友人と会って話すことができる。"),
    ] {
        let period = "R8.11.1～\nR9.10.31";
        let short = "R8.11.1～\nR9.4.30";
        let service = |what: &str, kind: &str, office: &str, often: &str| {
            [
                Cell::data(what),
                Cell::data("○").align(Align::Center),
                Cell::data(kind),
                Cell::data(office),
                Cell::data(often),
                Cell::data(short),
            ]
        };
        let mut first = vec![
            Cell::data(need).rows(3),
            Cell::data(goal).rows(3),
            Cell::data(period).rows(3),
            Cell::data("手すりや歩行器を使い、居室から玄関まで一人で歩く。立ち上がるときにふらつかない。")
                .rows(2),
            Cell::data(short).rows(2),
        ];
        first.extend(service(
            "下肢の筋力を保つ運動、歩行の練習。屋外を歩く練習は天気のよい日に、職員と一緒に行う。体調に変わりがあれば主治医へ連絡する。",
            "通所リハビリテーション",
            "見本リハビリセンター",
            "週２回",
        ));
        table = table.row(Row::new(first)).row(Row::new(service(
            "手すり、歩行器の貸与と点検",
            "福祉用具貸与",
            "見本福祉用具",
            "毎日",
        )));
        let mut last =
            vec![Cell::data("見守りを受けながら、身体を自分で洗うことができる。"), Cell::data(short)];
        last.extend(service(
            "入浴の見守り、背中と足先の洗身。浴室の温度に気をつける。",
            "訪問介護",
            "見本ヘルパーステーション",
            "週１回",
        ));
        table = table.row(Row::new(last));
    }
    Ok(Sheet::new("居宅サービス計画書（２）")
        .form_no("第２表")
        .note("※１「保険給付の対象となるかどうかの区分」について、保険給付対象内サービスについては○印を付す。\n※２「当該サービス提供を行う事業所」について記入する。")
        .table(table.build()?))
}

fn form_6() -> Result<Sheet, Box<dyn std::error::Error>> {
    let mut shares = vec![22, 34, 40, 14];
    shares.extend([9; 31]);
    shares.push(16);
    let weekdays = ["日", "月", "火", "水", "木", "金", "土"];
    let mut days = vec![
        Cell::head("提供\n時間帯").rows(2),
        Cell::head("サービス内容").rows(2),
        Cell::head("サービス事業者\n事業所名").rows(2),
        Cell::head("日付"),
    ];
    days.extend((1..=31).map(|day: usize| Cell::head(&day.to_string())));
    days.push(Cell::head("合計\n回数").rows(2));
    let mut names = vec![Cell::head("曜日")];
    names.extend((1..=31).map(|day: usize| Cell::head(weekdays[(day + 1) % 7])));
    let mut table = Table::builder(shares).size(TextSize::Tiny).caption("月間サービス計画及び実績の記録");
    table = table.head(Row::new(days)).head(Row::new(names));
    for (index, (time, service, office)) in [
        ("09:30～\n16:00", "通所リハⅡ33・要介護３", "見本リハビリセンター"),
        ("10:00～\n10:45", "身体介護２", "見本ヘルパーステーション"),
        ("", "歩行器貸与", "見本福祉用具"),
        ("", "手すり貸与", "見本福祉用具"),
        ("18:00～\n18:30", "身体介護１・夜", "見本ヘルパーステーション"),
        ("14:00～\n15:00", "訪問看護Ⅰ３", "見本訪問看護ステーション"),
    ]
    .into_iter()
    .enumerate()
    {
        for (line, kind) in ["予定", "実績"].into_iter().enumerate() {
            let mut cells = Vec::new();
            if line == 0 {
                cells.extend([time, service, office].map(|text| Cell::data(text).rows(2).middle()));
            }
            cells.push(Cell::label(kind).align(Align::Center));
            let takes_place = |day: usize| (day + index).is_multiple_of(index + 2);
            cells.extend((1..=31).map(|day: usize| {
                let cell = Cell::data(if takes_place(day) { "1" } else { "" }).align(Align::Center).middle();
                if (day + 1).is_multiple_of(7) { cell.shaded() } else { cell }
            }));
            let sum = (1..=31).filter(|day: &usize| takes_place(*day)).count();
            cells.push(Cell::data(&sum.to_string()).align(Align::End).middle());
            table = table.row(Row::new(cells));
        }
    }
    Ok(Sheet::new("サービス利用票（兼居宅サービス計画）").form_no("第６表").table(table.build()?))
}

fn basics() -> Result<Sheet, Box<dyn std::error::Error>> {
    let history = Table::builder([2, 5, 3, 4])
        .caption("現病歴・既往歴と経過")
        .head(Row::new(["年月日", "病名", "医療機関・医師名", "経過と治療中の場合は内容"].map(Cell::head)))
        .row(Row::new([
            Cell::data("平成30年５月"),
            Cell::data("変形性膝関節症（両側）"),
            Cell::data("見本整形外科"),
            Cell::data("月１回通院。痛みのある日は外用薬を使う。"),
        ]))
        .row(Row::new([
            Cell::data("令和７年２月"),
            Cell::data("高血圧症"),
            Cell::data("見本内科医院"),
            Cell::data("内服中。家庭での血圧は130/80mmHg前後。"),
        ]))
        .build()?;
    Ok(Sheet::new("利用者基本情報")
        .portrait()
        .heading("家族構成")
        .picture(Picture::jpeg(FAMILY, "家族構成図。本人は女性。夫は死亡。長女と、妻と子のある長男がいる。")?)
        .paragraph(
            "長男家族と同居。長女は県外に住み、月に１度ほど訪ねてくる。緊急時は長男の携帯電話へ連絡する。",
        )
        .heading("病歴")
        .table(history))
}
