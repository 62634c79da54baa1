//! The practice partner in a whole exchange: who sends a plan has the actuals back, over the real platform, and no power cut doubles
//! them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use careplan_client::mishap::Point;
use careplan_client::outbox::SendOptions;
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::TestOffice;
use careplan_testkit::on_both_databases;
use tempfile::TempDir;

const PLAN: &str = "../careplan-standard/examples/02_K2_use_slip";

on_both_databases! {
    async fn a_plan_to_the_practice_partner_comes_back_as_one_set_of_actuals(database: TestDatabase) {
        let folder = TempDir::with_prefix("careplan-practice-").unwrap();
        let exchange = Exchange::start(&database, "").await.unwrap();
        let join = async |address: &str| {
            TestOffice::join(&exchange, folder.path().join(address), address.parse().unwrap()).await.unwrap()
        };
        let (mut office, mut partner) = (join("9970000018-43").await, join("9970000026-11").await);
        let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join(PLAN);
        office.office().send_folder(&plan, &SendOptions::default()).await.unwrap();
        // The power goes when the answer is made, and again when it is handed over.
        let cuts = [None, Some(Point::AnswerStored), Some(Point::LetterAnswered), None, None];
        for cut in cuts {
            partner.cut_power_at(cut);
            office.work(20).await.unwrap();
            partner.work(20).await.unwrap();
            partner.answer().await.unwrap();
        }
        office.work(20).await.unwrap();
        let inbox = office.inbox().unwrap();
        let names: Vec<_> = inbox.iter().map(|(name, copies)| (name.as_str(), copies.len())).collect();
        assert_eq!(names, [("UPJSK_202611_9970000026_11_9970000018_43_20261025101500.CSV", 1)]);
    }
}
