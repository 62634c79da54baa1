//! What was before the story: the month before is finished, this one has begun, and something waits that cannot be sent as it is.

use anyhow::{Context as _, ensure};

use super::at_work::AtWork;
use crate::town::{Month, User, actuals, use_slips};

/// The offices of the town that are at work, and the people they care for.
pub(crate) struct History<'a> {
    pub(crate) care_manager: &'a AtWork,
    pub(crate) services: &'a [AtWork],
    pub(crate) users: &'a [User],
}

impl History<'_> {
    /// A finished month: plans out and taken over, actuals back and taken over.
    pub(crate) fn finished(&self, month: Month) -> anyhow::Result<()> {
        for service in self.services {
            service.take_over(&self.plans(service, month)?)?;
            let offices = [service, self.care_manager].map(|it| it.office().invented());
            let files = actuals(offices, self.users, month)?;
            let sent = service.software().send(&format!("actuals-{}", month.digits()), &files, None)?;
            self.care_manager.take_over(&sent)?;
        }
        Ok(())
    }

    /// A month that has begun: the first service has nothing yet, the second took its plans over, the others have not looked.
    pub(crate) fn begun(&self, month: Month) -> anyhow::Result<()> {
        for (number, service) in self.services.iter().enumerate().skip(1) {
            let sent = self.plans(service, month)?;
            if number == 1 {
                service.take_over(&sent)?;
            }
        }
        Ok(())
    }

    /// Somebody brought plans of a month with a mistake: the first service of the first user has no time.
    pub(crate) fn mistaken(&self, month: Month) -> anyhow::Result<()> {
        let service = self.services.first().context("there is a service")?;
        let offices = [self.care_manager, service].map(|it| it.office().invented());
        let mut files = use_slips(offices, self.users, month)?;
        let plan =
            files.iter_mut().find(|(name, _)| name.starts_with("UPPLAN")).context("slips have a plan")?;
        let (time, wrong) = (b",1000,1030,", b",1000,1O30,");
        let place = plan.1.windows(time.len()).position(|it| it == time).context("a plan has times")?;
        plan.1.splice(place..place + time.len(), wrong.iter().copied());
        self.care_manager.bring(&files)
    }

    fn plans(&self, service: &AtWork, month: Month) -> anyhow::Result<Vec<String>> {
        let offices = [self.care_manager, service].map(|it| it.office().invented());
        let files = use_slips(offices, self.users, month)?;
        let key = format!("plans-{}-{}", month.digits(), service.office().invented().number);
        let sent = self.care_manager.software().send(&key, &files, None)?;
        ensure!(sent.len() == 1, "{} units instead of one", sent.len());
        Ok(sent)
    }
}
