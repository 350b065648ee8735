//! Who is at work on a run, and whether that process still lives.

use std::sync::OnceLock;

/// A holder that cannot be looked up counts as alive for this long after its last heartbeat.
pub(crate) const HEARTBEAT_MS: i64 = 60_000;

/// A process, told apart from one that has its number after a restart, or has it in another container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub pid: u32,
    /// When it started, in the kernel's ticks since boot; none where the system does not say.
    pub started: Option<i64>,
    /// The boot it runs in; empty where the system does not say.
    pub boot: String,
    /// The namespace its pid counts in.
    pub space: String,
}

impl Holder {
    pub(crate) fn this_process() -> &'static Self {
        static ME: OnceLock<Holder> = OnceLock::new();
        ME.get_or_init(|| {
            let pid = std::process::id();
            Self {
                pid,
                started: started(pid),
                boot: boot(),
                space: space(),
            }
        })
    }

    /// Whether the holder still holds what it took, seen from the process `me`.
    pub(crate) fn is_alive(&self, me: &Self, heartbeat_ms: i64, now_ms: i64) -> bool {
        let recent = || now_ms.saturating_sub(heartbeat_ms) < HEARTBEAT_MS;
        if self == me {
            return true;
        }
        if !self.boot.is_empty() && !me.boot.is_empty() && self.boot != me.boot {
            return false;
        }
        // In another namespace the number means another process.
        if self.space != me.space {
            return recent();
        }
        match self.started {
            Some(then) => started(self.pid) == Some(then),
            None => exists(self.pid).unwrap_or_else(recent),
        }
    }
}

#[cfg(target_os = "linux")]
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(target_os = "linux")]
fn space() -> String {
    std::fs::read_link("/proc/self/ns/pid")
        .map(|link| link.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Field 22 of `/proc/<pid>/stat` (proc(5)). A process that ended but was not yet collected is none.
#[cfg(target_os = "linux")]
fn started(pid: u32) -> Option<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may itself hold spaces and parentheses.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.nth(18)?.parse().ok(),
    }
}

#[cfg(not(target_os = "linux"))]
fn boot() -> String {
    String::new()
}

#[cfg(not(target_os = "linux"))]
fn space() -> String {
    String::new()
}

#[cfg(not(target_os = "linux"))]
fn started(_pid: u32) -> Option<i64> {
    None
}

/// None where the system cannot be asked.
#[cfg(unix)]
fn exists(pid: u32) -> Option<bool> {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?;
    Some(rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn exists(_pid: u32) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_lease_ends_with_its_process_its_boot_or_its_silence() {
        let me = Holder::this_process();
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let pid = child.id();
        let other = Holder {
            pid,
            started: started(pid),
            ..me.clone()
        };
        let now = 1_000_000;
        let silent = now - HEARTBEAT_MS;
        assert!(me.is_alive(me, silent, now));
        assert!(
            other.is_alive(me, silent, now),
            "a process that lives may be silent"
        );
        let reused = Holder {
            started: other.started.map(|ticks| ticks - 1),
            ..other.clone()
        };
        assert!(
            !reused.is_alive(me, now, now),
            "the number was given to another process"
        );
        let rebooted = Holder {
            boot: "an earlier one".into(),
            ..other.clone()
        };
        assert!(!rebooted.is_alive(me, now, now));
        let elsewhere = Holder {
            space: "pid:[1]".into(),
            ..other.clone()
        };
        assert!(elsewhere.is_alive(me, silent + 1, now) && !elsewhere.is_alive(me, silent, now));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!other.is_alive(me, now, now));
    }
}
