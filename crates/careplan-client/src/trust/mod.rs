//! Whom this office believes: the platform's root, and the foreign authorities the platform lists.
//!
//! Promises: a certificate speaks for an office only when its chain leads to our root and its URI
//! names the office, or when it leads to a listed root and the list's rule finds the office. The
//! platform itself is known by its own URI below our root. A list is taken only with the
//! platform's signature, and never an older one.

mod receipts;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{
    Attribute, Certificate, ChainFault, Purpose, SignatureFault, Signed, TrustAnchors, verify,
};
use careplan_protocol::announcement::CLOCK_SKEW_MAX;
use careplan_protocol::trust::{
    ForeignAuthority, PLATFORM_URI, SubjectAttribute, TRUST_TYPE, TrustList, office_of_uri,
};

pub use receipts::{Expected, ReceiptFault, VerifiedReceipt};

/// Why a signature or certificate is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    /// The signature does not hold.
    #[error("電子署名が正しくありません")]
    Signature(#[from] SignatureFault),
    /// The chain does not hold.
    #[error("{}", chain_ja(.0))]
    Chain(ChainFault),
    /// The certificate names no office.
    #[error("電子証明書から事業所番号を読み取れません")]
    NoOffice,
    /// The kind of certificate is not accepted.
    #[error("この種類の電子証明書（{0}）は使えません")]
    Kind(String),
    /// Something else than the platform signed.
    #[error("連携基盤の署名ではありません")]
    NotPlatform,
    /// The signed document is none of the expected kind, or an old one.
    #[error("署名された文書の種類または日時が正しくありません")]
    Document,
    /// The root cannot be used.
    #[error("信頼の起点（ルート証明書）を使えません")]
    Root,
}

fn chain_ja(fault: &ChainFault) -> &'static str {
    match fault {
        ChainFault::Expired { .. } => "電子証明書の有効期限が切れています",
        ChainFault::NotYetValid { .. } => "電子証明書の有効期間がまだ始まっていません",
        ChainFault::UnknownIssuer => "電子証明書の発行元を信頼できません",
        ChainFault::BadSignature => "電子証明書の発行元の署名が正しくありません",
        ChainFault::WrongPurpose => "電子証明書の用途が違います",
        _ => "電子証明書を確かめられません",
    }
}

/// The authorities this office believes.
#[derive(Debug, Clone)]
pub struct Trust {
    own: TrustAnchors,
    foreign: Vec<Foreign>,
}

#[derive(Debug, Clone)]
struct Foreign {
    anchors: TrustAnchors,
    rules: ForeignAuthority,
}

impl Trust {
    /// Believes the platform's root only.
    ///
    /// # Errors
    /// [`TrustFault::Root`].
    pub fn new(root: Certificate) -> Result<Self, TrustFault> {
        let own = TrustAnchors::new([root]).map_err(|_| TrustFault::Root)?;
        Ok(Self { own, foreign: Vec::new() })
    }

    /// Also believes the authorities of a verified list. Roots that cannot be used are left out.
    #[must_use]
    pub fn with_list(mut self, list: TrustList) -> Self {
        self.foreign = list
            .foreign
            .into_iter()
            .filter_map(|rules| {
                let roots: Vec<_> =
                    rules.roots.iter().filter_map(|root| Certificate::from_der(&root.0).ok()).collect();
                let anchors = TrustAnchors::new(roots).ok()?;
                Some(Foreign { anchors, rules })
            })
            .collect();
        self
    }

    /// The platform's root.
    pub fn roots(&self) -> &[Certificate] {
        self.own.roots()
    }

    /// The roots of foreign authorities.
    pub fn foreign_roots(&self) -> impl Iterator<Item = &Certificate> {
        self.foreign.iter().flat_map(|it| it.anchors.roots())
    }

    /// The office for which the signer of a message speaks at an instant.
    ///
    /// # Errors
    /// [`TrustFault`].
    pub fn office_of(&self, signed: &Signed, at: Timestamp) -> Result<OfficeNumber, TrustFault> {
        self.office_of_certificate(&signed.signer, &signed.chain, at, Purpose::Signature)
    }

    /// The office for which a certificate speaks at an instant.
    ///
    /// # Errors
    /// [`TrustFault`].
    pub fn office_of_certificate(
        &self,
        leaf: &Certificate,
        chain: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
    ) -> Result<OfficeNumber, TrustFault> {
        let refusal = match self.own.verify_chain(leaf, chain, at, purpose) {
            Ok(_) => return office_in_uris(leaf).ok_or(TrustFault::NoOffice),
            Err(fault) => fault,
        };
        for foreign in &self.foreign {
            match foreign.anchors.verify_chain(leaf, chain, at, purpose) {
                Ok(_) => return foreign.office_of(leaf),
                // Its issuer is known here, so this is the answer that helps.
                Err(fault) if fault != ChainFault::UnknownIssuer => return Err(TrustFault::Chain(fault)),
                Err(_) => {}
            }
        }
        Err(TrustFault::Chain(refusal))
    }

    /// Whether the platform signed a message, judged at an instant.
    ///
    /// # Errors
    /// [`TrustFault`].
    pub fn platform(&self, signed: &Signed, at: Timestamp) -> Result<(), TrustFault> {
        self.own
            .verify_chain(&signed.signer, &signed.chain, at, Purpose::Signature)
            .map_err(TrustFault::Chain)?;
        match signed.signer.san_uris() {
            [one] if one == PLATFORM_URI => Ok(()),
            _ => Err(TrustFault::NotPlatform),
        }
    }

    /// Reads the platform's list of foreign authorities; `newest_known` is that of the list held.
    ///
    /// # Errors
    /// [`TrustFault`].
    pub fn read_list(
        &self,
        der: &[u8],
        newest_known: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<TrustList, TrustFault> {
        let signed = verify(der)?;
        self.platform(&signed, now)?;
        let list: TrustList = serde_json::from_slice(&signed.content).map_err(|_| TrustFault::Document)?;
        let too_old = newest_known.is_some_and(|newest| list.issued_at < newest);
        let too_new = list.issued_at.duration_since(now) > CLOCK_SKEW_MAX;
        if list.document != TRUST_TYPE || too_old || too_new {
            return Err(TrustFault::Document);
        }
        Ok(list)
    }
}

impl Foreign {
    fn office_of(&self, leaf: &Certificate) -> Result<OfficeNumber, TrustFault> {
        for kind in &self.rules.refused_kinds {
            let values = leaf.subject_attributes(attribute(kind.attribute));
            if values.iter().any(|value| value.contains(&kind.contains)) {
                return Err(TrustFault::Kind(kind.label.clone()));
            }
        }
        let rule = &self.rules.office;
        let value = leaf.subject_attribute(attribute(rule.attribute)).ok_or(TrustFault::NoOffice)?;
        rule.office_of(&value).ok_or(TrustFault::NoOffice)
    }
}

fn attribute(attribute: SubjectAttribute) -> Attribute {
    match attribute {
        SubjectAttribute::CommonName => Attribute::CommonName,
        SubjectAttribute::OrganizationalUnit => Attribute::OrganizationalUnit,
        SubjectAttribute::Organization => Attribute::Organization,
        SubjectAttribute::SerialNumber => Attribute::SerialNumber,
    }
}

/// The one office that the URIs of a certificate of our authority name.
fn office_in_uris(leaf: &Certificate) -> Option<OfficeNumber> {
    match leaf.san_uris() {
        [one] => office_of_uri(one),
        _ => None,
    }
}
