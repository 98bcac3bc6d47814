//! PRAGMA, the settings of a session, and VACUUM.

use std::num::NonZero;
use std::time::Duration;

use citadel_txn::Durability;

use super::Binder;
use super::bound::{Pragma, Setting, Statement, WORK_MEM_MIN};
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use super::suggest;
use crate::ast::{self, PragmaValue};
use crate::error::{Error, Result, SqlState};
use crate::schema::Recall;
use crate::types::SqlType;
use crate::types::temporal::Zone;

/// All pragmas that there are.
const NAMES: [&str; 17] = [
    "ann_auto_merge",
    "ann_exact",
    "ann_recall",
    "auto_analyze",
    "busy_timeout",
    "data_version",
    "freelist_count",
    "integrity_check",
    "lake_batch_id",
    "optimize",
    "page_count",
    "page_size",
    "quick_check",
    "synchronous",
    "threads",
    "timezone",
    "work_mem",
];

/// The pragmas that SET, SHOW and RESET know as settings of a session.
const SETTINGS: [&str; 8] = [
    "ann_exact",
    "ann_recall",
    "busy_timeout",
    "lake_batch_id",
    "synchronous",
    "threads",
    "timezone",
    "work_mem",
];

/// Findings that `PRAGMA integrity_check` gives unless told otherwise, as in SQLite.
const FINDINGS_MAX: u64 = 100;

/// The longest id that a lake's ledger holds, with room for what is put behind it.
const BATCH_ID_BYTES_MAX: usize = 200;

impl Binder<'_> {
    pub(super) fn pragma(&mut self, pragma: &ast::Pragma) -> Result<Statement> {
        let value = pragma.value.as_ref();
        let name = pragma.name.name.to_ascii_lowercase();
        if let Some(verb) = pragma.verb
            && !SETTINGS.contains(&name.as_str())
        {
            let error = Error::unsupported(format!("{verb} {name}")).at(pragma.name.position);
            return Err(suggest::hint(error, &name, SETTINGS.into_iter()));
        }
        let bound = match name.as_str() {
            "integrity_check" | "quick_check" => Pragma::Check {
                thorough: name == "integrity_check",
                findings_max: value.map(number).transpose()?.unwrap_or(FINDINGS_MAX),
            },
            "synchronous" => Pragma::Synchronous(value.map(synchronous).transpose()?),
            "busy_timeout" => {
                let timeout = value.map(number).transpose()?;
                Pragma::BusyTimeout(timeout.map(Duration::from_millis))
            }
            "ann_auto_merge" => Pragma::AnnAutoMerge(value.map(switch).transpose()?),
            "auto_analyze" => Pragma::AutoAnalyze(value.map(switch).transpose()?),
            "optimize" => return self.optimize(pragma),
            "ann_recall" => Pragma::AnnRecall(setting(value, recall)?),
            "ann_exact" => Pragma::AnnExact(setting(value, switch)?),
            "threads" => Pragma::Threads(setting(value, threads)?),
            "work_mem" => Pragma::WorkMem(setting(value, memory)?),
            "timezone" => Pragma::TimeZone(setting(value, |value| {
                Zone::of_name(&value.text).map_err(|error| error.at(value.position))
            })?),
            "lake_batch_id" => Pragma::LakeBatchId(setting(value, batch_id)?),
            "page_count" => only_read(pragma, Pragma::PageCount)?,
            "page_size" => only_read(pragma, Pragma::PageSize)?,
            "freelist_count" => only_read(pragma, Pragma::FreelistCount)?,
            "data_version" => only_read(pragma, Pragma::DataVersion)?,
            _ => return Err(unknown(pragma, &name)),
        };
        Ok(Statement::Pragma(bound))
    }

    pub(super) fn vacuum(&mut self, into: Option<&ast::Expr>) -> Result<Statement> {
        let Some(into) = into else {
            return Ok(Statement::Vacuum { into: None });
        };
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused("VACUUM"));
        let into = binder.typed(into, SqlType::Text, "VACUUM INTO")?;
        Ok(Statement::Vacuum { into: Some(into) })
    }
}

fn unknown(pragma: &ast::Pragma, name: &str) -> Error {
    let error = Error::unsupported(format!("PRAGMA {name}")).at(pragma.name.position);
    match name {
        "key" | "hexkey" => error.hint("the key is given when the file is opened"),
        "rekey" | "hexrekey" => error
            .hint("Connection::change_key and Connection::rekey, or .keys and .rekey in the shell"),
        "journal_mode" | "wal_checkpoint" => {
            error.hint("there is no journal: commits are made safe in the file itself")
        }
        _ => suggest::hint(error, name, NAMES.into_iter()),
    }
}

fn only_read(pragma: &ast::Pragma, bound: Pragma) -> Result<Pragma> {
    match &pragma.value {
        None => Ok(bound),
        Some(value) => Err(Error::unsupported(format!(
            "setting PRAGMA {}",
            pragma.name.name.to_ascii_lowercase()
        ))
        .at(value.position)),
    }
}

/// `on` or `off`, and what means the same.
fn switch(value: &PragmaValue) -> Result<bool> {
    match value.text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("\"{}\" is neither on nor off", value.text),
        )
        .at(value.position)),
    }
}

fn number(value: &PragmaValue) -> Result<u64> {
    value
        .text
        .parse()
        .map_err(|_| wrong(value, "a number from 0 on"))
}

fn synchronous(value: &PragmaValue) -> Result<Durability> {
    match value.text.to_ascii_lowercase().as_str() {
        "full" | "2" => Ok(Durability::Full),
        "normal" | "1" => Ok(Durability::Normal),
        "off" | "0" => Ok(Durability::Off),
        _ => Err(wrong(value, "FULL, NORMAL or OFF")),
    }
}

/// `DEFAULT`, or a value.
fn setting<T>(
    value: Option<&PragmaValue>,
    read: impl Fn(&PragmaValue) -> Result<T>,
) -> Result<Option<Setting<T>>> {
    let Some(value) = value else {
        return Ok(None);
    };
    if value.text.eq_ignore_ascii_case("default") {
        return Ok(Some(Setting::Default));
    }
    read(value).map(|value| Some(Setting::To(value)))
}

fn recall(value: &PragmaValue) -> Result<Recall> {
    let share = value.text.parse().ok();
    let recall = share.and_then(Recall::new);
    recall.ok_or_else(|| wrong(value, "a number above 0 and at most 1, or DEFAULT"))
}

fn batch_id(value: &PragmaValue) -> Result<String> {
    match value.text.len() {
        1..=BATCH_ID_BYTES_MAX => Ok(value.text.clone()),
        _ => Err(wrong(value, "a text of 1 to 200 bytes, or DEFAULT")),
    }
}

fn threads(value: &PragmaValue) -> Result<NonZero<usize>> {
    let threads = value.text.parse().ok();
    threads.ok_or_else(|| wrong(value, "a number from 1 on, or DEFAULT"))
}

/// Bytes: a number of kibibytes, or one with its unit, as in PostgreSQL.
fn memory(value: &PragmaValue) -> Result<usize> {
    let text = value.text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim() {
        "B" => 0,
        "" | "kB" => 10,
        "MB" => 20,
        "GB" => 30,
        _ => return Err(wrong(value, MEMORY)),
    };
    let number: usize = number.parse().map_err(|_| wrong(value, MEMORY))?;
    let bytes = number
        .checked_mul(1 << shift)
        .ok_or_else(|| wrong(value, MEMORY))?;
    match bytes < WORK_MEM_MIN {
        true => Err(wrong(value, MEMORY)),
        false => Ok(bytes),
    }
}

const MEMORY: &str =
    "at least 64 kB, as a number of kilobytes or with its unit (B, kB, MB, GB), or DEFAULT";

fn wrong(value: &PragmaValue, wanted: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("expected {wanted}, not {}", value.text),
    )
    .at(value.position)
}
