//! What became of what was sent: news from the platform, believed with proof only.

use std::time::Duration;

use careplan_domain::transmission::State as Life;
use careplan_protocol::receipt::ReceiptKind;

use crate::mishap::Point;
use crate::office::{Engine, Office, OfficeFault, Step};
use crate::outbox::next_try;
use crate::state::{Cursor, Fault, NewsItem, SentState};

/// Tries for a proof that does not hold, before that is noted and the news let go.
const PROOF_TRIES_MAX: u32 = 3;

/// Tries for a proof that the platform does not have.
const ABSENT_TRIES_MAX: u32 = 20;

impl Engine {
    /// Does the next piece of work of the news: prove one, or read a page.
    ///
    /// # Errors
    /// [`OfficeFault`] when reading fails, or of this computer.
    pub async fn step_news(&mut self) -> Result<Step, OfficeFault> {
        let office = self.office.clone();
        if let Some(item) = office.state().due_news(office.now()).await? {
            return office.prove(&item).await;
        }
        let link = office.link().await?;
        let after = office.state().cursor(Cursor::News).await?;
        let page = link.platform.news(after, Duration::ZERO).await?;
        if page.events.is_empty() || page.next <= after {
            return Ok(Step::Idle);
        }
        office.mishaps().pass(Point::NewsReceived).await;
        office.state().store_news(&page.events, page.next).await?;
        if page.events.iter().any(|event| event.state == Life::Accepted) {
            self.expect_letters();
        }
        Ok(Step::News(page.events.len()))
    }
}

impl Office {
    async fn prove(&self, item: &NewsItem) -> Result<Step, OfficeFault> {
        let id = item.transmission;
        let Some(sent) = self.state().sent(id).await? else {
            // Only news about what was sent here is kept; should one slip in, it is let go.
            self.state().news_unproven(item, "unknown", "").await?;
            return Ok(Step::News(0));
        };
        if sent.state == SentState::Prepared {
            // The answer to our sending was lost; the outbox gets it again, and the receipt with it.
            self.state().news_failed(item.seq, next_try(self.now(), item.tries)).await?;
            return Ok(Step::Later(id, Fault { code: "not_accepted_yet".to_owned(), text: String::new() }));
        }
        let Some(kind) = proof_of(item.state) else {
            self.state().news_done(item, None).await?;
            return Ok(Step::Moved(id, item.state));
        };
        let link = self.link().await?;
        let fault = match link.platform.receipt(id, kind).await {
            Ok(Some(signed)) => {
                let expected = self.expected_of_sent(&sent.header).await?;
                match link.trust.read_receipt(&signed, kind, &expected) {
                    Ok(receipt) => {
                        self.state().news_done(item, Some(&receipt)).await?;
                        return Ok(Step::Moved(id, item.state));
                    }
                    Err(fault) => OfficeFault::from(fault),
                }
            }
            Ok(None) => OfficeFault::Receipt(crate::trust::ReceiptFault::Absent),
            Err(fault) => OfficeFault::from(fault),
        };
        let tries_max = match &fault {
            OfficeFault::Receipt(crate::trust::ReceiptFault::Absent) => ABSENT_TRIES_MAX,
            OfficeFault::Receipt(_) => PROOF_TRIES_MAX,
            _ => u32::MAX,
        };
        let stored = fault.stored();
        if item.tries + 1 >= tries_max {
            tracing::warn!(transmission = %id, code = stored.code, "news without believable proof");
            self.state().news_unproven(item, &stored.code, &stored.text).await?;
            return Ok(Step::Unproven(id, stored));
        }
        self.state().news_failed(item.seq, next_try(self.now(), item.tries)).await?;
        Ok(Step::Later(id, stored))
    }
}

/// The receipt that proves a state; fetching needs none, and acceptance was proven before.
fn proof_of(state: Life) -> Option<ReceiptKind> {
    ReceiptKind::ALL.iter().copied().find(|kind| kind.state() == state && *kind != ReceiptKind::Accepted)
}
