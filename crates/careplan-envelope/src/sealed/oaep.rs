//! The identifier of RSA-OAEP with SHA-256, MGF1 with SHA-256 and an empty label (RFC 4055).

use der::Tag;

use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Fields, Malformed, context};
use crate::asn1::write::{self, sequence, tagged};

/// The identifier as we write it; the empty label is the default and left out.
pub(super) fn identifier() -> Vec<u8> {
    sequence(vec![
        write::oid(&oid::RSA_OAEP),
        sequence(vec![
            tagged(0, vec![write::algorithm_null(&oid::SHA256)]),
            tagged(1, vec![sequence(vec![write::oid(&oid::MGF1), write::algorithm_null(&oid::SHA256)])]),
        ]),
    ])
    .to_der()
}

/// Whether the identifier names exactly these parameters; SHA-1, which is the default, is not accepted.
pub(super) fn is_accepted(algorithm: &Algorithm<'_>) -> bool {
    algorithm.oid == oid::RSA_OAEP && parameters_are_accepted(algorithm).is_ok_and(|yes| yes)
}

fn parameters_are_accepted(algorithm: &Algorithm<'_>) -> Result<bool, Malformed> {
    let parameters = algorithm.parameters.ok_or(Malformed)?;
    if parameters.tag != Tag::Sequence {
        return Err(Malformed);
    }
    let mut fields = Fields::over(parameters.value)?;
    let digest = only_algorithm(&mut fields, 0)?;
    let mask = only_algorithm(&mut fields, 1)?;
    let label_is_empty = match fields.optional(context(2))? {
        None => true,
        Some(element) => {
            let mut inside = Fields::over(element.value)?;
            let source = inside.algorithm()?;
            inside.finish()?;
            let empty = source.parameters.is_some_and(|p| p.tag == Tag::OctetString && p.value.is_empty());
            source.oid == oid::P_SPECIFIED && empty
        }
    };
    fields.finish()?;
    let mask_digest = Fields::over(mask.parameters.ok_or(Malformed)?.raw)?.algorithm()?;
    Ok(digest.is_plain(oid::SHA256)
        && mask.oid == oid::MGF1
        && mask_digest.is_plain(oid::SHA256)
        && label_is_empty)
}

fn only_algorithm<'a>(fields: &mut Fields<'a>, number: u32) -> Result<Algorithm<'a>, Malformed> {
    let mut inside = fields.enter(context(number))?;
    let algorithm = inside.algorithm()?;
    inside.finish()?;
    Ok(algorithm)
}
