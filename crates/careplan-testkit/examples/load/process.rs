//! What a process cost so far, as the kernel counts it (`/proc`).

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Kernel clock ticks a second; fixed at 100 in Linux' user interface (`man 5 proc`).
const TICKS_PER_SECOND: u64 = 100;

/// User and system time of a process, all threads.
pub(crate) fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("read the CPU time of the server")?;
    // The program's name stands in parentheses and may hold spaces; fields 14 and 15 follow later.
    let (_, fields) = stat.rsplit_once(')').context("read /proc/PID/stat")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next().and_then(|it| it.parse::<u64>().ok()).context("read /proc/PID/stat");
    let sum = ticks()? + ticks()?;
    Ok(Duration::from_millis(sum * 1000 / TICKS_PER_SECOND))
}

/// Resident memory now, and the most it ever was, in KiB.
pub(crate) fn memory(pid: u32) -> anyhow::Result<(u64, u64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("read the memory of the server")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    Ok((field("VmRSS:"), field("VmHWM:")))
}

/// `AMD EPYC …, 2 cores, Linux 6.1`.
pub(crate) fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown CPU");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores, Linux {}", model.trim_start_matches([' ', '\t', ':']), kernel.trim())
}
