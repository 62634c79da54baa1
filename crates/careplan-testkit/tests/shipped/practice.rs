//! `careplan-client echo`: the practice partner as the operations centre runs it.

use std::path::Path;

use careplan_testkit::installation::Installation;

use crate::{FIRST, SENDER, office, programs};

#[tokio::test]
async fn the_practice_partner_sends_back_what_was_planned_and_no_other_office_does() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let installation = Installation::new(&programs::platform(), &place.join("platform"), None, "").unwrap();
    let platform = installation.start().await.unwrap();
    let [sender] = office::register(&installation, &place, &[(SENDER, "43")]).await.try_into().ok().unwrap();
    let partners = office::register_as("おためし事業所", (&installation, &place), &[(FIRST, "11")]).await;
    let [partner] = partners.try_into().ok().unwrap();
    sender.set_up();
    partner.set_up();
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples/02_K2_use_slip");
    sender.tell(&["send", &plan.to_string_lossy()]);

    let answered = partner.tell(&["echo", "--once"]);
    assert_eq!(answered.matches("実績を返します：").count(), 1, "{answered}");
    assert_eq!(partner.tell(&["echo", "--once"]).matches("実績を返します：").count(), 0);

    let received = sender.ask(&["receive", "--json"]);
    let actuals = sender.inbox().join(received[0]["folder"].as_str().unwrap());
    // Only the services of the partner are in it: those of others are missing, and nothing is different.
    let compared = sender.output(&["compare", &plan.to_string_lossy(), &actuals.to_string_lossy(), "--json"]);
    let compared: serde_json::Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!(compared["totals"]["not_done"], 0, "{compared}");

    let refused = sender.output(&["echo", "--once"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("自動では答えません"));
    platform.stop().await.unwrap();
}
