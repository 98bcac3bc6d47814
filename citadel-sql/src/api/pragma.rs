//! PRAGMA: small questions to the database and the connection.

use citadel_txn::{Durability, Quiet, View};

use crate::api::connection::Connection;
use crate::batch::{Batch, Column};
use crate::bind::bound::Pragma;
use crate::error::{Error, Result, SqlState};
use crate::schema::Recall;
use crate::types::{SqlType, Value};

/// The columns of what a pragma gives, named as in SQLite; none for one that sets something.
pub(crate) fn columns(pragma: &Pragma) -> &'static [&'static str] {
    match pragma {
        Pragma::Check { thorough: true, .. } => &["integrity_check"],
        Pragma::Check { .. } => &["quick_check"],
        Pragma::Synchronous(None) => &["synchronous"],
        Pragma::BusyTimeout(None) => &["timeout"],
        Pragma::AnnAutoMerge(None) => &["ann_auto_merge"],
        Pragma::AutoAnalyze(None) => &["auto_analyze"],
        Pragma::AnnRecall(None) => &["ann_recall"],
        Pragma::AnnExact(None) => &["ann_exact"],
        Pragma::Threads(None) => &["threads"],
        Pragma::WorkMem(None) => &["work_mem"],
        Pragma::TimeZone(None) => &["TimeZone"],
        Pragma::LakeBatchId(None) => &["lake_batch_id"],
        Pragma::Synchronous(Some(_))
        | Pragma::BusyTimeout(Some(_))
        | Pragma::AnnAutoMerge(Some(_))
        | Pragma::AutoAnalyze(Some(_))
        | Pragma::AnnRecall(Some(_))
        | Pragma::AnnExact(Some(_))
        | Pragma::LakeBatchId(Some(_))
        | Pragma::Threads(Some(_))
        | Pragma::WorkMem(Some(_))
        | Pragma::TimeZone(Some(_)) => &[],
        Pragma::PageCount => &["page_count"],
        Pragma::PageSize => &["page_size"],
        Pragma::FreelistCount => &["freelist_count"],
        Pragma::DataVersion => &["data_version"],
    }
}

impl Connection {
    /// Answers a pragma, or does what it sets. `None`: it gives no rows.
    pub(crate) fn run_pragma(&self, pragma: &Pragma) -> Result<Option<Batch>> {
        let storage = &self.database().shared().storage;
        let number = match pragma.clone() {
            Pragma::TimeZone(Some(setting)) => {
                self.set_zone(setting.value().unwrap_or_default());
                return Ok(None);
            }
            Pragma::TimeZone(None) => {
                return rows(SqlType::Text, [Value::Text(self.time_zone())]).map(Some);
            }
            Pragma::Check {
                thorough,
                findings_max,
            } => return self.check_as_rows(thorough, findings_max).map(Some),
            Pragma::Synchronous(Some(mode)) => {
                self.session().set_durability(mode)?;
                return Ok(None);
            }
            Pragma::BusyTimeout(Some(timeout)) => {
                self.busy_timeout(timeout);
                return Ok(None);
            }
            Pragma::AnnAutoMerge(Some(merge)) => {
                self.database().shared().merger.enable(merge, storage);
                return Ok(None);
            }
            Pragma::AnnAutoMerge(None) => u64::from(self.database().shared().merger.is_enabled()),
            Pragma::AutoAnalyze(Some(analyze)) => {
                self.database().shared().refresher.enable(analyze, storage);
                return Ok(None);
            }
            Pragma::AutoAnalyze(None) => u64::from(self.database().shared().refresher.is_enabled()),
            Pragma::AnnRecall(Some(setting)) => {
                self.set_ann_recall(setting.value());
                return Ok(None);
            }
            Pragma::AnnExact(Some(setting)) => {
                self.set_ann_exact(setting.value().unwrap_or(false));
                return Ok(None);
            }
            Pragma::AnnRecall(None) => {
                let recall = self.ann_recall().unwrap_or(Recall::DEFAULT);
                return rows(SqlType::Real, [Value::Real(recall.share())]).map(Some);
            }
            Pragma::AnnExact(None) => {
                let exact = Value::Boolean(self.ann_exact());
                return rows(SqlType::Boolean, [exact]).map(Some);
            }
            Pragma::Threads(Some(setting)) => {
                self.set_threads(setting.value());
                return Ok(None);
            }
            Pragma::Threads(None) => self.threads() as u64,
            Pragma::WorkMem(Some(setting)) => {
                self.set_work_mem(setting.value());
                return Ok(None);
            }
            Pragma::WorkMem(None) => {
                let kilobytes = Value::Text(format!("{}kB", self.work_mem() >> 10));
                return rows(SqlType::Text, [kilobytes]).map(Some);
            }
            Pragma::LakeBatchId(Some(setting)) => {
                self.session().set_lake_batch_id(setting.value());
                return Ok(None);
            }
            Pragma::LakeBatchId(None) => {
                let id = self.session().lake_batch_id().map(str::to_owned);
                return rows(SqlType::Text, [Value::from(id)]).map(Some);
            }
            Pragma::Synchronous(None) => match self.session().durability() {
                Durability::Off => 0,
                Durability::Normal => 1,
                Durability::Full => 2,
            },
            Pragma::BusyTimeout(None) => {
                u64::try_from(self.session().busy_timeout().as_millis()).unwrap_or(u64::MAX)
            }
            Pragma::PageCount => {
                let bytes = storage
                    .file()
                    .file_len()
                    .map_err(citadel_txn::Error::from)?;
                bytes / u64::from(storage.page_size().get())
            }
            Pragma::PageSize => u64::from(storage.page_size().get()),
            Pragma::FreelistCount => storage.begin_read()?.free_pages()?,
            Pragma::DataVersion => storage.begin_read()?.generation().get(),
        };
        let number = Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        rows(SqlType::Integer, [number]).map(Some)
    }

    /// Findings as rows of text; `ok` where there are none.
    fn check_as_rows(&self, thorough: bool, findings_max: u64) -> Result<Batch> {
        let report = self.check_thoroughly(thorough, &mut Quiet)?;
        if report.is_ok() {
            return rows(SqlType::Text, [Value::Text("ok".to_owned())]);
        }
        let most = usize::try_from(findings_max).unwrap_or(usize::MAX);
        let told = report.faults().iter().take(most);
        rows(SqlType::Text, told.map(|fault| Value::Text(fault.clone())))
    }

    /// Fails inside of a transaction, for statements that would have to wait for it.
    pub(crate) fn require_autocommit(&self, what: &str) -> Result<()> {
        if self.is_autocommit() {
            return Ok(());
        }
        Err(Error::sql(
            SqlState::ACTIVE_TRANSACTION,
            format!("{what} cannot run inside a transaction"),
        ))
    }
}

/// A batch of one column.
fn rows(ty: SqlType, values: impl IntoIterator<Item = Value>) -> Result<Batch> {
    let mut column = Column::new(ty, 1);
    for value in values {
        column.push(value.as_ref())?;
    }
    Ok(Batch {
        rows: column.len(),
        columns: vec![column],
    })
}
