//! Many partners at one press, while a person waits for the page.
//!
//! Promise: a platform that does not answer is not asked anew for every partner.

use careplan_domain::{OfficeNumber, ServiceMonth};

use super::{AT_ONCE_MAX, Order, RemindFault, Reminders};
use crate::board::Side;
use crate::office::OfficeFault;
use crate::platform::is_away;
use crate::staff::Actor;

/// What became of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminded {
    /// Partners to whom letters are on their way.
    pub sent: usize,
    /// Partners to whom nothing goes.
    pub left: usize,
    /// Whether the platform did not answer: the others were not tried then.
    pub is_away: bool,
}

impl Reminders {
    /// Reminds partners, up to [`AT_ONCE_MAX`], of everything that is due; the name of this office is asked for once.
    ///
    /// # Errors
    /// [`OfficeFault`]. What concerns one partner alone stops none of the others.
    pub async fn remind_many(
        &self,
        partners: &[OfficeNumber],
        (month, side): (ServiceMonth, Side),
        by: &Actor,
    ) -> Result<Reminded, OfficeFault> {
        let partners = partners.get(..AT_ONCE_MAX).unwrap_or(partners);
        let mut done = Reminded { sent: 0, left: partners.len(), is_away: false };
        let own = match self.own_name().await {
            Ok(own) => own,
            Err(RemindFault::Office(fault)) => return Err(fault),
            Err(_) => return Ok(Reminded { is_away: true, ..done }),
        };
        for partner in partners.iter().copied() {
            let went = match self.reachable(&Order { partner, month, side }).await {
                Ok(candidate) => self.remind_as(&own, (&candidate, month), by).await,
                Err(fault) => Err(fault),
            };
            match went {
                Ok(_) => {
                    done.sent += 1;
                    done.left = done.left.saturating_sub(1);
                }
                Err(RemindFault::Office(fault)) => return Err(fault),
                Err(RemindFault::NotSent(fault)) if is_away(&fault.code) => {
                    return Ok(Reminded { is_away: true, ..done });
                }
                Err(_) => {}
            }
        }
        Ok(done)
    }
}
