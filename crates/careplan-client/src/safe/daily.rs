//! The backup of the day, by itself.

use std::fs;
use std::path::Path;
use std::time::Duration;

use careplan_domain::{Timestamp, calendar};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::{BackupFault, BackupName, BackupReport, to_remove};
use crate::files;
use crate::office::Office;

/// How often it is looked whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How soon it is tried again after it failed: the memory stick may be back by then.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Makes the backup of each day as long as the client runs. What does not work is noted, shown, and tried again.
pub async fn keep_safe(office: Office, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        match office.back_up_if_due(&stop).await {
            Ok(Some(report)) => tracing::info!(report.bytes, "backup made"),
            Ok(None) => {}
            Err(fault) => tracing::warn!(code = fault.code(), "no backup"),
        }
    }
}

impl Office {
    /// Makes the backup of the day when it is due, and thins the older ones.
    ///
    /// # Errors
    /// [`BackupFault`].
    pub async fn back_up_if_due(
        &self,
        stop: &CancellationToken,
    ) -> Result<Option<BackupReport>, BackupFault> {
        let Some(folder) = self.state().backup_folder().await? else { return Ok(None) };
        let tried = self.state().backup_runs(1).await?.first().map(|run| run.began_at);
        if !is_due(self.state().last_good_backup().await?, tried, self.now()) {
            return Ok(None);
        }
        let report = self.back_up(&folder, stop).await?;
        thin(&folder, &report.path);
        Ok(Some(report))
    }
}

/// Whether the backup of the day is missing, and it is time to try.
fn is_due(good: Option<Timestamp>, tried: Option<Timestamp>, now: Timestamp) -> bool {
    let is_done = good.is_some_and(|at| calendar::day(at) == calendar::day(now));
    // A try in the future was one by a clock that was wrong.
    let is_early = tried.is_some_and(|at| at <= now && now.duration_since(at) < AGAIN);
    let was_good = good.is_some() && good == tried;
    !is_done && (was_good || !is_early)
}

/// Removes the older backups of the same terminal that the rule lets go. What cannot be removed is tried again the next day.
fn thin(folder: &Path, newest: &Path) {
    let of = |path: &Path| path.file_name()?.to_str()?.parse::<BackupName>().ok();
    let Some(newest) = of(newest) else { return };
    let there = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = there.filter_map(|entry| of(&entry.path())).filter(|name| name.is_of_same(&newest));
    for name in to_remove(names.collect()) {
        if let Err(fault) = files::remove(&folder.join(name.to_string())) {
            tracing::warn!(kind = ?fault.source.kind(), "an old backup cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_a_day_and_again_an_hour_after_it_failed() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-25T09:00:00+09:00");
        let yesterday = Some(at("2026-11-24T23:59:00+09:00"));
        let today = Some(at("2026-11-25T00:00:00+09:00"));
        assert!(is_due(None, None, now));
        assert!(is_due(yesterday, yesterday, now));
        assert!(!is_due(today, today, now));
        // Shortly after midnight the good one of yesterday is no reason to wait.
        assert!(is_due(yesterday, yesterday, at("2026-11-25T00:01:00+09:00")));
        assert!(!is_due(yesterday, Some(at("2026-11-25T08:00:01+09:00")), now));
        assert!(is_due(yesterday, Some(at("2026-11-25T08:00:00+09:00")), now));
        assert!(is_due(yesterday, Some(at("2027-11-25T08:00:00+09:00")), now), "the clock was wrong");
    }
}
