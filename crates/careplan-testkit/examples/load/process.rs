//! What a process costs, as the kernel counts it (`/proc`, Linux only).

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Kernel clock ticks a second; fixed at 100 in Linux' user interface (`man 5 proc`).
const TICKS_PER_SECOND: u64 = 100;

/// A server whose cost is measured: its process, and the database server behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    /// The process.
    pub(crate) pid: u32,
    /// The first process of PostgreSQL, when there is one.
    pub(crate) database: Option<u32>,
}

/// CPU time so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    server: Duration,
    database: Duration,
}

impl Cost {
    /// Both together.
    pub(crate) fn sum(self) -> Duration {
        self.server + self.database
    }
}

impl Server {
    /// What it cost so far.
    pub(crate) fn cost(self) -> anyhow::Result<Cost> {
        let server = cpu(self.pid)?;
        let database = self.database.map(family_cpu).transpose()?.unwrap_or_default();
        Ok(Cost { server, database })
    }

    /// Milliseconds for each of `count` things since `before`: the server's and the database's.
    pub(crate) fn since(self, before: Cost, count: usize) -> anyhow::Result<(f64, f64)> {
        let now = self.cost()?;
        let each = |now: Duration, before: Duration| {
            now.saturating_sub(before).as_secs_f64() * 1000.0 / count.max(1) as f64
        };
        Ok((each(now.server, before.server), each(now.database, before.database)))
    }
}

/// User and system time of a process, all its threads.
fn cpu(pid: u32) -> anyhow::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("read the CPU time of a process")?;
    let fields = fields(&stat).context("read /proc/PID/stat")?;
    let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<u64>().ok()).unwrap_or_default();
    Ok(Duration::from_millis((ticks(UTIME) + ticks(STIME)) * 1000 / TICKS_PER_SECOND))
}

/// A process and its children: PostgreSQL has one for each connection.
fn family_cpu(parent: u32) -> anyhow::Result<Duration> {
    let mut sum = cpu(parent)?;
    for entry in fs::read_dir("/proc").context("look into /proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A process may end between the two looks.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let is_child = fields(&stat).is_some_and(|it| it.get(PARENT) == Some(&parent.to_string().as_str()));
        if is_child {
            sum += cpu(pid).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// Places in `/proc/PID/stat`, counted after the program's name.
const PARENT: usize = 1;
const UTIME: usize = 11;
const STIME: usize = 12;

/// The fields after the program's name, which stands in parentheses and may hold spaces.
fn fields(stat: &str) -> Option<Vec<&str>> {
    stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect())
}

/// Resident memory of a process in KiB: now, and the most it ever was.
pub(crate) fn memory(pid: u32) -> anyhow::Result<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("read the memory of a process")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    Ok((field("VmRSS:"), field("VmHWM:")))
}

/// What the whole machine has done so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    busy: u64,
    stolen: u64,
    all: u64,
}

impl Machine {
    /// Looks at `/proc/stat`.
    pub(crate) fn now() -> anyhow::Result<Self> {
        let stat = fs::read_to_string("/proc/stat").context("read /proc/stat")?;
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|it| it.parse().ok()).collect();
        let at = |index: usize| ticks.get(index).copied().unwrap_or_default();
        // user, nice, system, idle, iowait, irq, softirq, steal
        let stolen = at(7);
        let busy = at(0) + at(1) + at(2) + at(5) + at(6);
        Ok(Self { busy, stolen, all: busy + stolen + at(3) + at(4) })
    }

    /// Percent of all cores that were busy, and that the host took away, since `before`.
    pub(crate) fn percent_since(self, before: Self) -> (f64, f64) {
        let all = self.all.saturating_sub(before.all).max(1) as f64;
        let share = |now: u64, before: u64| now.saturating_sub(before) as f64 * 100.0 / all;
        (share(self.busy, before.busy), share(self.stolen, before.stolen))
    }

    /// Percent of all cores that `time` of CPU is, in the time since `before`.
    pub(crate) fn percent_of(self, before: Self, time: Duration) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1) as f64 / TICKS_PER_SECOND as f64;
        time.as_secs_f64() * 100.0 / all
    }
}

/// CPU time of this process and of the children it waited for.
pub(crate) fn own_cpu() -> anyhow::Result<Duration> {
    cpu(std::process::id())
}

/// `AMD EPYC …, 2 cores, Linux 6.1`.
pub(crate) fn description() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown CPU");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores, Linux {}", model.trim_start_matches([' ', '\t', ':']), kernel.trim())
}
