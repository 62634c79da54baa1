//! Headers that make browsers hold to our promises. Both programs send the same, on every answer.

/// Only our own files; no inline style or script, no frames, no foreign form targets. `data:` images are the QR codes
/// of the second factor; `connect-src` lets the script ask our own origin how far a long action is.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Two years, for every sub-domain: whoever came once over TLS never speaks to us without it. Not part of
/// [`ON_EVERY_ANSWER`], because the client's screens on the loopback address have no TLS.
pub const STRICT_TRANSPORT_SECURITY: &str = "max-age=63072000; includeSubDomains";

/// Pages hold what belongs to one office: nothing of them stays in a cache, also not for the back button after the
/// log-out on a shared PC.
pub const CACHE_PAGES: &str = "no-store";

/// A file's name changes with its content, so it may be kept for ever.
pub const CACHE_ASSETS: &str = "public, max-age=31536000, immutable";

/// Name and value of each header that every answer has, in lower case as HTTP/2 wants them.
pub const ON_EVERY_ANSWER: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    // A file is what we say it is: an uploaded text never becomes a script.
    ("x-content-type-options", "nosniff"),
    // For browsers that do not know frame-ancestors: no page of ours in a foreign frame that steals clicks.
    ("x-frame-options", "DENY"),
    // Addresses of ours hold numbers of offices and one-time links; no other site learns them.
    ("referrer-policy", "same-origin"),
    // Nothing here needs a device of the reader.
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    // No window that opened us keeps a handle on us, and the other way round.
    ("cross-origin-opener-policy", "same-origin"),
    // No foreign page embeds our files.
    ("cross-origin-resource-policy", "same-origin"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_nothing_inline_and_nothing_from_outside() {
        for forbidden in ["unsafe", "http:", "https:", "*", "  "] {
            assert!(!CONTENT_SECURITY_POLICY.contains(forbidden), "{forbidden}");
        }
        for needed in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(CONTENT_SECURITY_POLICY.contains(needed), "{needed}");
        }
    }

    #[test]
    fn every_header_can_be_sent_and_none_twice() {
        for (index, (name, value)) in ON_EVERY_ANSWER.iter().enumerate() {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
            assert!(value.bytes().all(|b| (b' '..=b'~').contains(&b)), "{name}");
            assert!(!ON_EVERY_ANSWER.iter().skip(index + 1).any(|(other, _)| other == name), "{name}");
        }
    }
}
