//! Letters made to deceive: each is refused by name, and nothing comes out.

use careplan_client::files::{NAME_BYTES_MAX, NameFault};
use careplan_client::keys::OfficeIdentity;
use careplan_client::letter::{
    Draft, LetterRefusal, OutgoingFile, Outside, ReadLetter, Reader, compose, digest_of,
};
use careplan_client::trust::{Trust, TrustFault};
use careplan_domain::transmission::Header;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_envelope::{DecryptionKey, Letter, LetterFault, Recipient, seal, sign};
use careplan_protocol::manifest::{MANIFEST_TYPE, Manifest, ManifestFile};
use jiff::SignedDuration;

use crate::authority::Authority;

struct Scene {
    authority: Authority,
    sender: OfficeIdentity,
    key: DecryptionKey,
    now: Timestamp,
}

/// A letter in the making: every part may be spoiled on its own.
struct Forgery {
    manifest: Manifest,
    contents: Vec<Vec<u8>>,
    header: Header,
    signed_at: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let authority = Authority::new("練習用ルート");
        let sender = authority.office_identity("9970000018");
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        Self { authority, sender, key: DecryptionKey::generate_p256().unwrap(), now }
    }

    fn forgery(&self, files: &[(&str, &[u8])]) -> Forgery {
        let id: TransmissionId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
        let listed = files.iter().map(|(name, bytes)| ManifestFile {
            name: (*name).into(),
            bytes: bytes.len() as u64,
            sha256: digest_of(bytes),
        });
        let manifest = Manifest {
            document: MANIFEST_TYPE.into(),
            transmission: id,
            from: "9970000018-43".parse().unwrap(),
            to: "9970000026-11".parse().unwrap(),
            unit: careplan_domain::UnitKind::K3,
            month: None,
            created_at: self.now,
            replaces: None,
            files: listed.collect(),
            reminder: None,
        };
        let header = Header {
            id,
            from: manifest.from,
            to: manifest.to,
            unit: manifest.unit,
            month: None,
            files: files.len() as u32,
            sealed_bytes: 0,
            sealed_digest: digest_of(b""),
            replaces: None,
        };
        let contents = files.iter().map(|(_, bytes)| bytes.to_vec()).collect();
        Forgery { manifest, contents, header, signed_at: self.now }
    }

    fn read(&self, forgery: Forgery, signer: &OfficeIdentity) -> Result<ReadLetter, LetterRefusal> {
        let content = serde_json::to_vec(&forgery.manifest).unwrap();
        let signed = sign(&content, signer.signer(), forgery.signed_at).unwrap();
        let files = forgery.contents.iter().map(Vec::as_slice).collect();
        let plain = Letter { signed_manifest: &signed, files }.encode().unwrap();
        let mut header = forgery.header;
        let sealed = seal(&plain, &[Recipient::Terminal(&self.key.terminal_public_key().unwrap())]).unwrap();
        header.sealed_bytes = sealed.len() as u64;
        header.sealed_digest = digest_of(&sealed);
        self.open(&sealed, header)
    }

    fn open(&self, sealed: &[u8], header: Header) -> Result<ReadLetter, LetterRefusal> {
        let trust = Trust::new(self.authority.root.clone()).unwrap();
        let reader = Reader { office: "9970000026".parse().unwrap(), keys: &[&self.key], trust: &trust };
        reader.read(sealed, &Outside { header, accepted_at: self.now })
    }

    /// The refusal of a letter with one thing spoiled.
    fn refusal(&self, spoil: impl FnOnce(&mut Forgery)) -> LetterRefusal {
        let mut forgery = self.forgery(&[GOOD, OTHER]);
        spoil(&mut forgery);
        self.read(forgery, &self.sender).unwrap_err()
    }
}

const GOOD: (&str, &[u8]) = ("DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV", b"1,2\r\n");
const OTHER: (&str, &[u8]) = ("scan.pdf", b"%PDF-1.7\n");

#[test]
fn an_honest_letter_is_read() {
    let scene = Scene::new();
    let letter = scene.read(scene.forgery(&[GOOD, OTHER]), &scene.sender).unwrap();
    assert_eq!(letter.files.len(), 2);
    assert_eq!((letter.files[0].name.as_str(), &letter.files[0].bytes[..]), GOOD);
}

#[test]
fn what_is_composed_is_read() {
    let scene = Scene::new();
    let files = [OutgoingFile { name: GOOD.0.into(), bytes: GOOD.1.to_vec() }];
    let header = scene.forgery(&[GOOD]).header;
    let draft = Draft {
        id: header.id,
        from: header.from,
        to: header.to,
        unit: header.unit,
        month: None,
        replaces: None,
        files: &files,
        reminder: None,
    };
    let key = scene.key.terminal_public_key().unwrap();
    let composed = compose(&draft, scene.sender.signer(), &[Recipient::Terminal(&key)], scene.now).unwrap();
    assert!(scene.open(&composed.sealed, composed.header).is_ok());
}

#[test]
fn the_sender_must_be_the_office_that_signed() {
    let scene = Scene::new();
    let other = scene.authority.office_identity("9970000034");
    let refusal = scene.read(scene.forgery(&[GOOD]), &other).unwrap_err();
    assert_eq!(refusal, LetterRefusal::SenderMismatch);
    // Nor is the platform an office, nor an office of another root.
    let platform = scene.authority.platform_identity();
    let refusal = scene.read(scene.forgery(&[GOOD]), &platform).unwrap_err();
    assert_eq!(refusal, LetterRefusal::Sender(TrustFault::NoOffice));
    let stranger = Authority::new("よその認証局").office_identity("9970000018");
    let refusal = scene.read(scene.forgery(&[GOOD]), &stranger).unwrap_err();
    assert_eq!(refusal.to_string(), "送信元の署名を確かめられません：電子証明書の発行元を信頼できません");
}

#[test]
fn a_letter_cannot_be_given_to_another_receiver_or_under_another_outside() {
    let scene = Scene::new();
    let to = scene.refusal(|it| it.manifest.to = "9970000034-15".parse().unwrap());
    assert_eq!(to, LetterRefusal::Outside("宛先"));
    let both = scene.refusal(|it| {
        it.manifest.to = "9970000034-15".parse().unwrap();
        it.header.to = it.manifest.to;
        it.manifest.from = "9970000018-43".parse().unwrap();
    });
    assert_eq!(both, LetterRefusal::OtherOffice);
    let id = scene.refusal(|it| it.header.id = "01920000-0000-7000-8000-000000000002".parse().unwrap());
    assert_eq!(id, LetterRefusal::Outside("送信番号"));
    let from = scene.refusal(|it| it.header.from = "9970000018-11".parse().unwrap());
    assert_eq!(from, LetterRefusal::Outside("送信元"));
    let unit = scene.refusal(|it| it.header.unit = careplan_domain::UnitKind::K4);
    assert_eq!(unit, LetterRefusal::Outside("送信単位"));
    let month = scene.refusal(|it| it.header.month = Some("202611".parse().unwrap()));
    assert_eq!(month, LetterRefusal::Outside("対象年月"));
    let replaces = scene.refusal(|it| it.header.replaces = Some(it.header.id));
    assert_eq!(replaces, LetterRefusal::Outside("訂正元"));
}

#[test]
fn a_document_of_another_kind_is_no_manifest() {
    let scene = Scene::new();
    let refusal = scene.refusal(|it| it.manifest.document = "careplan.receipt.v1".into());
    assert_eq!(refusal, LetterRefusal::Manifest);
}

#[test]
fn files_must_be_those_of_the_manifest() {
    let scene = Scene::new();
    assert_eq!(scene.refusal(|it| it.contents[1] = b"%PDF-1.6\n".to_vec()), LetterRefusal::FileDigest(2));
    assert_eq!(scene.refusal(|it| it.manifest.files[0].bytes += 1), LetterRefusal::FileDigest(1));
    assert_eq!(scene.refusal(|it| it.contents.truncate(1)), LetterRefusal::FileMissing);
    assert_eq!(scene.refusal(|it| it.contents.push(b"more".to_vec())), LetterRefusal::FileExtra);
    assert_eq!(scene.refusal(|it| it.header.files = 1), LetterRefusal::FileExtra);
    assert_eq!(scene.refusal(|it| it.contents.swap(0, 1)), LetterRefusal::FileDigest(1));
}

#[test]
fn names_that_would_leave_the_folder_or_hide_are_refused() {
    let scene = Scene::new();
    for (name, fault) in [
        ("../../.bashrc", NameFault::Path),
        ("..\\..\\a.csv", NameFault::Path),
        ("/etc/passwd", NameFault::Path),
        ("C:a.csv", NameFault::Character),
        ("a.csv\0.pdf", NameFault::Character),
        ("gpj.\u{202e}fdp.csv", NameFault::Character),
        ("CON.csv", NameFault::Reserved),
        ("nul", NameFault::Reserved),
        ("a.csv ", NameFault::Edge),
        (".ssh", NameFault::Edge),
        ("", NameFault::Empty),
    ] {
        let refusal = scene.refusal(|it| it.manifest.files[1].name = name.into());
        assert_eq!(refusal, LetterRefusal::FileName(2, fault), "{name:?}");
    }
    let long = "a".repeat(NAME_BYTES_MAX + 1);
    let refusal = scene.refusal(|it| it.manifest.files[0].name = long);
    assert_eq!(refusal, LetterRefusal::FileName(1, NameFault::TooLong));
}

#[test]
fn one_name_may_not_come_twice_not_even_in_other_letters() {
    let scene = Scene::new();
    let refusal = scene.refusal(|it| it.manifest.files[1].name = GOOD.0.to_lowercase());
    assert_eq!(refusal, LetterRefusal::FileNameTwice(2));
}

#[test]
fn a_renamed_program_is_refused_by_its_content() {
    let scene = Scene::new();
    let refusal = scene.read(scene.forgery(&[GOOD, ("plan.pdf", b"MZ\x90\0")]), &scene.sender).unwrap_err();
    assert_eq!(refusal, LetterRefusal::FileKind(2));
}

#[test]
fn a_signature_is_of_the_time_of_acceptance() {
    let scene = Scene::new();
    let day = SignedDuration::from_hours(24);
    let second = SignedDuration::from_secs(1);
    let minute = SignedDuration::from_mins(1);
    for (apart, good) in
        [(-day * 30, true), (-day * 30 - second, false), (minute * 10, true), (minute * 10 + second, false)]
    {
        let mut forgery = scene.forgery(&[GOOD]);
        forgery.signed_at = scene.now + apart;
        let read = scene.read(forgery, &scene.sender);
        assert_eq!(read.is_ok(), good, "{apart}");
        assert!(good || read.unwrap_err() == LetterRefusal::SigningTime);
    }
}

#[test]
fn sealed_bytes_that_are_not_the_accepted_ones_are_not_even_opened() {
    let scene = Scene::new();
    let header = scene.forgery(&[GOOD]).header;
    assert_eq!(scene.open(b"anything", header.clone()).unwrap_err(), LetterRefusal::SealedDigest);
    let header = Header { sealed_bytes: 8, sealed_digest: digest_of(b"anything"), ..header };
    assert_eq!(scene.open(b"anything", header).unwrap_err().code(), "cannot_open");
}

#[test]
fn what_is_sealed_to_us_and_is_no_letter_is_refused_as_that() {
    let scene = Scene::new();
    let key = scene.key.terminal_public_key().unwrap();
    let manifest = serde_json::to_vec(&scene.forgery(&[GOOD]).manifest).unwrap();
    let signed = sign(&manifest, scene.sender.signer(), scene.now).unwrap();
    let letter = Letter { signed_manifest: &signed, files: vec![GOOD.1] }.encode().unwrap();
    let one_byte_more = [&letter[..], &[0]].concat();
    for plain in [&b""[..], b"no DER at all", &signed, &letter[..letter.len() - 1], &one_byte_more] {
        let sealed = seal(plain, &[Recipient::Terminal(&key)]).unwrap();
        let header = scene.forgery(&[GOOD]).header;
        let (sealed_bytes, sealed_digest) = (sealed.len() as u64, digest_of(&sealed));
        let refusal = scene.open(&sealed, Header { sealed_bytes, sealed_digest, ..header }).unwrap_err();
        assert_eq!(refusal.code(), "letter_malformed");
        assert_eq!(refusal, LetterRefusal::Letter(LetterFault::Malformed));
    }
}

#[test]
fn a_letter_sealed_to_others_is_told_from_a_broken_one() {
    let scene = Scene::new();
    let stranger = DecryptionKey::generate_p256().unwrap().terminal_public_key().unwrap();
    let sealed = seal(b"x", &[Recipient::Terminal(&stranger)]).unwrap();
    let header = scene.forgery(&[GOOD]).header;
    let header = Header { sealed_bytes: sealed.len() as u64, sealed_digest: digest_of(&sealed), ..header };
    assert_eq!(scene.open(&sealed, header).unwrap_err(), LetterRefusal::NotForUs);
}

#[test]
fn every_refusal_says_what_to_do_and_quotes_nothing() {
    let scene = Scene::new();
    let refusal = scene.refusal(|it| it.manifest.files[1].name = "../山田花子.pdf".into());
    let reason = refusal.reason();
    assert_eq!(reason.code, "file_name");
    assert!(
        reason.text.ends_with("送り直してください。") && !reason.text.contains("山田"),
        "{}",
        reason.text
    );
}
