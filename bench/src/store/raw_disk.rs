//! Not a database: what the disk itself allows a durable commit, one contiguous write and one data sync.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Open, Session, Step, Store};
use crate::Result;
use crate::row::Sum;

/// Bytes of one write.
const WRITE_LEN: usize = 24 << 10;
/// Bytes of the file, written before the first commit, so that no sync has to write metadata.
const FILE_LEN: u64 = 64 << 20;

/// A file of fixed length that is written around and around.
pub(crate) struct RawDisk;

/// Where the next write goes.
struct Ring {
    file: File,
    at: u64,
}

impl Store for RawDisk {
    fn name(&self) -> &'static str {
        "raw_disk"
    }

    fn params(&self) -> &'static str {
        "one write of 24 KiB and one data sync"
    }

    fn is_yardstick(&self) -> bool {
        true
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Open>> {
        let file = File::create_new(path)?;
        let chunk = vec![1; 1 << 20];
        for at in (0..FILE_LEN).step_by(chunk.len()) {
            file.write_all_at(&chunk, at)?;
        }
        file.sync_all()?;
        Ok(Box::new(Arc::new(Mutex::new(Ring { file, at: 0 }))))
    }

    fn open(&self, _path: &Path) -> Result<Box<dyn Open>> {
        Err(not_a_database())
    }
}

impl Open for Arc<Mutex<Ring>> {
    fn session(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(Arc::clone(self)))
    }
}

impl Session for Arc<Mutex<Ring>> {
    fn insert_each(&mut self, ids: &[i64]) -> Result<()> {
        let bytes = vec![7; WRITE_LEN];
        for _ in ids {
            let mut ring = self.lock().unwrap_or_else(PoisonError::into_inner);
            ring.file.write_all_at(&bytes, ring.at)?;
            ring.at = (ring.at + WRITE_LEN as u64) % (FILE_LEN - WRITE_LEN as u64);
            ring.file.sync_data()?;
        }
        Ok(())
    }

    fn insert_all(&mut self, _ids: &mut dyn Iterator<Item = i64>, _version: u32) -> Result<()> {
        Ok(())
    }

    fn delete_all(&mut self, _ids: &mut dyn Iterator<Item = i64>) -> Result<()> {
        Err(not_a_database())
    }

    fn read_each(&mut self, _ids: &[i64]) -> Result<Sum> {
        Err(not_a_database())
    }

    fn scan(&mut self) -> Result<Sum> {
        Err(not_a_database())
    }

    fn mix(&mut self, _steps: &[Step]) -> Result<u64> {
        Err(not_a_database())
    }
}

fn not_a_database() -> crate::Error {
    "the raw disk can only be asked for single commits".into()
}
