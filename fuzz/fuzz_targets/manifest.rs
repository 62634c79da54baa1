//! Any bytes as a letter and as the signed documents: reading never panics, and what was read
//! says the same when it is written and read again.

#![no_main]

use careplan_envelope::Letter;
use careplan_protocol::announcement::KeyAnnouncement;
use careplan_protocol::manifest::Manifest;
use careplan_protocol::receipt::Receipt;
use careplan_protocol::trust::TrustList;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|data: &[u8]| {
    if let Ok(letter) = Letter::parse(data) {
        assert_eq!(letter.encode().as_ref().map(|bytes| bytes.as_slice()), Ok(data));
    }
    round_trip::<Manifest>(data);
    round_trip::<Receipt>(data);
    round_trip::<KeyAnnouncement>(data);
    round_trip::<TrustList>(data);
});

fn round_trip<T: Serialize + DeserializeOwned + PartialEq>(data: &[u8]) {
    if let Ok(document) = serde_json::from_slice::<T>(data) {
        let written = serde_json::to_vec(&document).unwrap_or_default();
        assert!(serde_json::from_slice::<T>(&written).is_ok_and(|again| again == document));
    }
}
