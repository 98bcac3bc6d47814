//! How much memory there is.

use std::fs;

/// What limits a process, as Linux tells it: control groups of version 2, and of version 1.
const LIMITS: [&str; 2] = [
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
];

/// Bytes of memory that the machine has, or that the container of this process may use if that is less; `None` where the system
/// does not tell, which only Linux does.
pub fn memory_bytes() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok();
    let machine = machine.as_deref().and_then(total);
    let limit = |path: &&str| fs::read_to_string(path).ok()?.trim().parse().ok();
    LIMITS.iter().filter_map(limit).chain(machine).min()
}

/// The total of a `meminfo`, which is in KiB.
fn total(meminfo: &str) -> Option<u64> {
    let total = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_in_kib() {
        let text = "MemTotal:       24683592 kB\nMemFree:        19912340 kB\n";
        assert_eq!(total(text), Some(24_683_592 << 10));
        for text in ["", "MemTotal: many kB", "MemTotal: 12", "MemFree: 1 kB"] {
            assert_eq!(total(text), None);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_machine_has_some() {
        assert!(memory_bytes().unwrap() > 16 << 20);
    }
}
