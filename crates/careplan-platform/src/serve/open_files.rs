//! Whether this process may open as many files as its settings promise connections.
//!
//! Every connection is an open file. Where the system allows fewer, offices would be refused long
//! before `office_api.connections_max`, one by one and without a word why: so it is said at the start.

/// Files beside the connections of offices: database, letters on their way in and out, operators'
/// connections, log.
const FILES_BESIDE_CONNECTIONS: u64 = 256;

/// Where Linux tells what a process may do.
const LIMITS_FILE: &str = "/proc/self/limits";

/// Logs one warning when the system allows this process too few open files. Where the limit cannot
/// be read (not on Linux) nothing is said.
pub(super) fn warn_when_too_few(connections_max: usize) {
    let limits = std::fs::read_to_string(LIMITS_FILE).unwrap_or_default();
    let Some(open_files_max) = open_files_max(&limits) else { return };
    if is_too_few(open_files_max, connections_max) {
        tracing::warn!(
            connections_max,
            open_files_max,
            "the system allows this process fewer open files than `office_api.connections_max` and \
             {FILES_BESIDE_CONNECTIONS} others need: raise the limit (systemd: `LimitNOFILE=`, shell: \
             `ulimit -n`) or lower the setting"
        );
    }
}

/// The soft limit of open files; `None` when there is none or it cannot be read.
fn open_files_max(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn is_too_few(open_files_max: u64, connections_max: usize) -> bool {
    let needed = u64::try_from(connections_max).unwrap_or(u64::MAX).saturating_add(FILES_BESIDE_CONNECTIONS);
    open_files_max < needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_needed_are_enough_and_one_less_is_too_few() {
        assert!(!is_too_few(20_256, 20_000));
        assert!(is_too_few(20_255, 20_000));
        assert!(is_too_few(u64::MAX - 1, usize::MAX));
    }

    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             7823                 7823                 processes \n\
                      Max open files            1024                 524288               files     \n";
        assert_eq!(open_files_max(limits), Some(1024));
        assert_eq!(open_files_max(&limits.replace("1024 ", "unlimited ")), None);
        assert_eq!(open_files_max(""), None);
    }
}
