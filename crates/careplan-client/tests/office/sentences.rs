//! What people read when something does not go: every sentence of the client's own, as it is shown.

use careplan_client::OfficeFault;
use careplan_client::enrol::EnrolFault;
use careplan_client::files::{FileAction, FileFault, NameFault};
use careplan_client::inbox::ForOtherTerminal;
use careplan_client::letter::{ComposeFault, LetterRefusal};
use careplan_client::outbox::GatherFault;
use careplan_client::trust::TrustFault;
use careplan_envelope::{
    BrokenReason, ChainFault, LetterFault, Pkcs12Fault, SealFault, SignFault, SignatureFault,
};

/// A value of each variant; one that is missing here does not compile.
macro_rules! every {
    ($type:ident: $($variant:ident $(($($value:expr),+))?),+ $(,)?) => {{
        let _none_is_missing = |it: &$type| match it { $($type::$variant { .. } => (),)+ };
        [$($type::$variant $(($($value),+))?),+]
    }};
}

fn lines<T: ToString>(faults: impl IntoIterator<Item = T>) -> String {
    faults.into_iter().map(|it| it.to_string() + "\n").collect()
}

#[test]
fn every_reason_for_refusing_a_letter_as_its_sender_reads_it() {
    let refusals = every!(LetterRefusal:
        SealedDigest, TooLarge, NotForUs, Broken(BrokenReason::Damaged), Letter(LetterFault::Malformed),
        Sender(TrustFault::NoOffice), SenderMismatch, Manifest, Outside("宛先"), OtherOffice, SigningTime,
        FileMissing, FileExtra, FileDigest(2), FileName(2, NameFault::Path), FileNameTwice(2), FileKind(2),
    );
    let said = refusals.map(|it| it.reason()).map(|it| format!("{}: {}", it.code, it.text));
    insta::assert_snapshot!(lines(said), @r"
    sealed_digest: 届いたデータが、受け付けられたものと一致しません。送り直してください。
    too_large: 封書が大きすぎます。送り直してください。
    not_for_us: この端末の鍵では開けません（宛先の端末に含まれていません）。送り直してください。
    cannot_open: 封書が壊れているか、書き換えられているため開けません。送り直してください。
    letter_malformed: 封書の中身の形式が正しくありません。送り直してください。
    sender_unverified: 送信元の署名を確かめられません：電子証明書から事業所番号を読み取れません。送り直してください。
    sender_mismatch: 送信元の事業所と、署名した電子証明書の事業所が違います。送り直してください。
    manifest_malformed: 署名された目録を読み取れません。送り直してください。
    outside_mismatch: 署名された目録と、封書の表書き（宛先）が一致しません。送り直してください。
    other_office: この事業所あての封書ではありません。送り直してください。
    signing_time: 署名の日時が、受付の日時と離れすぎています。送り直してください。
    file_missing: 目録にあるファイルが足りません。送り直してください。
    file_extra: 目録にないファイルが入っています。送り直してください。
    file_digest: 目録のハッシュ値と一致しないファイルがあります（2番目）。送り直してください。
    file_name: ファイル名にフォルダーの区切りが含まれています（2番目）。送り直してください。
    file_name_twice: 同じ名前のファイルが2つ入っています（2番目）。送り直してください。
    file_kind: CSV・PDF・JPEGのいずれでもないファイルが入っています（2番目）。送り直してください。
    ");
}

#[test]
fn why_a_letter_is_left_to_another_terminal_as_its_receiver_reads_it() {
    let id = "01920000-0000-7000-8000-000000000001".parse().unwrap();
    let said = ForOtherTerminal { id, from: "9970000018-43".parse().unwrap() };
    insta::assert_snapshot!(said, @"送信元 9970000018-43 からの封書（送信番号 01920000-0000-7000-8000-000000000001）は、この端末の鍵では開けません（この端末の初期設定より前に送られた可能性があります）。この事業所のほかの端末で受信してください。ほかの端末でも開けないときは、送信元に送り直しを依頼してください。");
}

#[test]
fn every_reason_for_not_believing_a_signature() {
    let faults = every!(TrustFault:
        Signature(SignatureFault::BadSignature), Chain(ChainFault::UnknownIssuer), NoOffice,
        Kind("代理人証明書".to_owned()), NotPlatform, Document, Root,
    );
    insta::assert_snapshot!(lines(faults), @r"
    電子署名が正しくありません
    電子証明書の発行元を信頼できません
    電子証明書から事業所番号を読み取れません
    この種類の電子証明書（代理人証明書）は使えません
    連携基盤の署名ではありません
    署名された文書の種類または日時が正しくありません
    信頼の起点（ルート証明書）を使えません
    ");
    let at = "2026-11-25T01:00:00Z".parse().unwrap();
    let chains = [
        ChainFault::Expired { at },
        ChainFault::NotYetValid { at },
        ChainFault::BadSignature,
        ChainFault::WrongPurpose,
        ChainFault::Other("path too long".to_owned()),
    ];
    insta::assert_snapshot!(lines(chains.map(TrustFault::Chain)), @r"
    電子証明書の有効期限が切れています
    電子証明書の有効期間がまだ始まっていません
    電子証明書の発行元の署名が正しくありません
    電子証明書の用途が違います
    電子証明書を確かめられません
    ");
}

#[test]
fn every_fault_of_a_name() {
    let faults = every!(NameFault: Empty, TooLong, Path, Character, Reserved, Edge);
    insta::assert_snapshot!(lines(faults), @r"
    ファイル名が空です
    ファイル名が長すぎます
    ファイル名にフォルダーの区切りが含まれています
    ファイル名に使えない文字が含まれています
    ファイル名がWindowsの予約名です
    ファイル名の先頭または末尾に使えない文字があります
    ");
}

#[test]
fn every_reason_for_not_composing_a_letter() {
    let faults = every!(ComposeFault:
        FileCount(51), TooLarge(20_971_521), Name(NameFault::Reserved), NameTwice,
        Sign(SignFault::CertificateMismatch), Seal(SealFault::NoRecipient), Letter(LetterFault::TooManyFiles),
    );
    insta::assert_snapshot!(lines(faults), @r"
    1回に送れるファイルは1〜50個です（51個ありました）。送信を分けてください。
    1回に送れる大きさ（20 MiB）を超えています（20971521バイトありました）。添付を減らすか、送信を分けてください。
    ファイル名がWindowsの予約名です。ファイル名を直してから送ってください。
    同じ名前のファイルが2つあります。片方の名前を変えるか、外してください。
    電子署名を作成できません。電子証明書をカードや機器に入れているときは、差し込んでからやり直してください。続くときは、設定の「この端末と電子証明書」から取得し直してください（画面を使わないときは careplan-client setup）。
    内容を暗号化できません。宛先の端末の鍵を確かめられませんでした。時間をおいてやり直してください。
    送信の内容を組み立てられません。ファイルの数と大きさを確かめてください。
    ");
}

#[test]
fn every_reason_for_not_gathering_files() {
    let source = std::io::ErrorKind::PermissionDenied.into();
    let file = FileFault { path: "/export/a.csv".into(), action: FileAction::Read, source };
    let faults = every!(GatherFault: File(file), TooMany, TooLarge, TooDeep("/export/in/in".into()), NoFile("/dev/zero".into()), Nothing);
    insta::assert_snapshot!(lines(faults), @r"
    「/export/a.csv」を読み取れません（権限がありません）。フォルダーの権限を確かめてください。
    ファイルが多すぎます（1回に20000個まで）。フォルダーを分けてください。
    ファイルの合計が大きすぎます（1回に1 GiBまで）。フォルダーを分けてください。
    「/export/in/in」は、フォルダーの入れ子が深すぎるため読み取れません（16段まで）。浅い場所へ移すか、上のフォルダーを指すリンクを外してください。
    「/dev/zero」は、ふつうのファイルではないため読み取れません（装置やパイプなど）。介護ソフトが書き出したファイルか、そのフォルダーを指定してください。
    ファイルが見つかりません。フォルダーの場所を確かめてください。
    ");
}

#[test]
fn every_reason_why_set_up_stopped() {
    let office = "9970000018".parse().unwrap();
    let faults = every!(EnrolFault:
        RootMismatch, RootFile, OtherOffice(office), AccountMismatch,
        ServiceType("11".to_owned(), "43".to_owned()), Issued("鍵が違います"), NotYet, NotOurs, Ended,
        NoStore, Pkcs12(Pkcs12Fault::WrongPassword), Certificate(TrustFault::NoOffice), CertificateOffice(office),
        Office(OfficeFault::NotSetUp),
    );
    insta::assert_snapshot!(lines(faults), @r"
    接続先の認証局の指紋が、通知書の指紋と一致しません。接続先のURLと、通知書の「認証局の指紋」を確かめてください。何も送信していません。
    認証局の証明書ファイルを読み取れません。運用センターから受け取ったPEM形式のファイル（証明書1つ）を指定してください。
    このデータフォルダーは、事業所 9970000018 の初期設定に使われています。別の事業所には、別のフォルダーを --data で指定してください。
    ユーザIDの事業所と、連携基盤が答えた事業所が違います。運用センターへ連絡してください。
    サービス種類 11 は、この事業所に登録されていません。登録されている 43 の中から指定するか、--service-type を省いてください。
    発行された電子証明書を確かめられません（鍵が違います）。もう一度同じ操作をし、続くときは運用センターへ連絡してください。
    電子証明書の発行を待っています。しばらくしてから、同じ操作をもう一度してください。続きから行います。
    この電子証明書は、本システムの認証局が発行したものではないため、ここからは更新できません。発行元で更新し、新しい証明書ファイルを、設定の「この端末と電子証明書」から取り込んでください。
    電子証明書の有効期限が切れているため、更新できません。Webサイトの「電子証明書」で発行用パスワードを受け取ると、設定の「この端末と電子証明書」から取得し直せます（画面を使わないときは careplan-client setup）。送受信の記録は残ります。
    このパソコンには、電子証明書を選べる証明書ストアがありません。証明書ファイル（PKCS#12）か、証明書発行用パスワードを使ってください。
    証明書ファイル（PKCS#12）のパスワードが違います。発行時の書類を確かめてください。
    この電子証明書は使えません：電子証明書から事業所番号を読み取れません。使えるのは、本システムのケアプラン証明書（介護DX証明書）と介護保険証明書です。
    電子証明書の事業所番号 9970000018 が、ユーザIDの事業所と違います。証明書ファイルを確かめてください。
    初期設定がまだです。careplan-client run を実行し、careplan-client open で開く画面か、careplan-client setup で、初期設定を済ませてください。
    ");
    let files = [
        Pkcs12Fault::NoKey,
        Pkcs12Fault::NoCertificate,
        Pkcs12Fault::SeveralKeys,
        Pkcs12Fault::UnacceptableKey,
        Pkcs12Fault::Malformed,
    ];
    insta::assert_snapshot!(lines(files.map(EnrolFault::Pkcs12)), @r"
    証明書ファイル（PKCS#12）に、鍵と証明書の組が入っていません。秘密鍵を含めて書き出したファイルを指定してください。
    証明書ファイル（PKCS#12）に、鍵と証明書の組が入っていません。秘密鍵を含めて書き出したファイルを指定してください。
    証明書ファイル（PKCS#12）に鍵が2つ以上入っています。使うもの1つだけを書き出したファイルを指定してください。
    証明書の鍵の種類が使えません（RSA 2048ビット以上、またはP-256）。証明書を発行し直してください。
    証明書ファイルを読み取れません。PKCS#12形式（.p12 / .pfx）のファイルを指定してください。
    ");
}
