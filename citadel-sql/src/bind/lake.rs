//! `CREATE TABLE … USING iceberg WITH (…)`, and what tables in a lake do not do.

use std::path::{Path, absolute};

use super::Binder;
use super::bound::{AsOf, NewEncryption, NewLake, PartitionKey, PartitionTransform};
use super::create_index::{option_text, refuse_repeated};
use super::expr::{Aggregation, ExprBinder};
use super::lake_server::{Kept, catalog, lake_server, no_server};
use super::scope::Scope;
use super::suggest;
use crate::ast::{self, ColumnConstraintKind, IndexOption};
use crate::error::{Error, Position, Result, SqlState};
use crate::schema::{LakeCatalog, LakeKey, Metric, TableDef};
use crate::types::SqlType;

/// All options that there are.
const NAMES: [&str; 16] = [
    "location",
    "catalog",
    "metadata",
    "uri",
    "warehouse",
    "namespace",
    "name",
    "token",
    "metric",
    "index",
    "precision",
    "embedding_model",
    "partition_by",
    "bloom_filters",
    "encryption",
    "encryption_key",
];

impl Binder<'_> {
    /// Which older state of a table is read.
    pub(super) fn as_of(&mut self, as_of: &ast::AsOf, table: &TableDef) -> Result<AsOf> {
        let (expr, what) = match as_of {
            ast::AsOf::Version(expr) => (expr, "FOR SYSTEM_VERSION AS OF"),
            ast::AsOf::Time(expr) => (expr, "FOR SYSTEM_TIME AS OF"),
        };
        if table.lake.is_none() {
            return Err(Error::unsupported(format!(
                "{what} of \"{}\", which is no table in a lake,",
                table.name
            ))
            .at(expr.position));
        }
        let is_number = matches!(expr.kind, ast::ExprKind::Integer(_));
        let ty = match as_of {
            ast::AsOf::Time(_) if !is_number => SqlType::Text,
            _ => SqlType::Integer,
        };
        let scope = Scope::default();
        let mut binder = ExprBinder::new(self, &scope, Aggregation::Refused(what));
        let value = binder.typed(expr, ty, what)?;
        Ok(match as_of {
            ast::AsOf::Version(_) => AsOf::Version(value),
            ast::AsOf::Time(_) => AsOf::Time(value),
        })
    }

    /// What WITH says of a table in a lake.
    pub(super) fn new_lake(
        &self,
        create: &ast::CreateTable,
        options: &[IndexOption],
    ) -> Result<NewLake> {
        refuse_constraints(create)?;
        refuse_repeated(options)?;
        let mut location = None;
        let (mut encryption, mut key) = (None, None);
        let (mut kept, mut server) = (Kept::Files, Vec::new());
        let (mut metadata_at, mut bloom_filters_at) = (None, None);
        let mut lake = NewLake {
            location: String::new(),
            catalog: LakeCatalog::default(),
            metadata: None,
            metric: None,
            index: None,
            precision: None,
            embedding_model: None,
            partition_by: Vec::new(),
            bloom_filters: Vec::new(),
            encryption: NewEncryption::Clear,
            opened: None,
        };
        for option in options {
            let text = option_text(option)?;
            let at = option.value.position;
            match option.name.name.to_ascii_lowercase().as_str() {
                "location" => location = Some(path(text, "location", at)?),
                "catalog" => kept = catalog(text, at)?,
                "uri" | "warehouse" | "namespace" | "name" | "token" => server.push(option),
                "metadata" => {
                    lake.metadata = Some(path(text, "metadata", at)?);
                    metadata_at = option.name.position;
                }
                "precision" => lake.precision = Some(precision(text, at)?),
                "metric" => lake.metric = Some(metric(text, at)?),
                "index" => lake.index = Some(index(text, at)?),
                "embedding_model" => lake.embedding_model = Some(text.to_owned()),
                "encryption" => {
                    only(option, text, "parquet")?;
                    encryption = Some(NewEncryption::NewKey);
                }
                "bloom_filters" => {
                    lake.bloom_filters = text.split(',').map(|n| n.trim().to_owned()).collect();
                    bloom_filters_at = at;
                }
                "encryption_key" => key = Some((lake_key(text, at)?, at)),
                "partition_by" => lake.partition_by = partition_by(text, at)?,
                name => {
                    let error = wrong(
                        format!("a table USING iceberg has no option \"{name}\""),
                        option.name.position,
                    );
                    let error = error.hint(format!("the options are {}", NAMES.join(", ")));
                    return Err(suggest::hint(error, name, NAMES.into_iter()));
                }
            }
        }
        lake.encryption = match (encryption, key) {
            (None, None) => NewEncryption::Clear,
            (Some(without_key), None) => without_key,
            (Some(_), Some((key, _))) => NewEncryption::Key(key),
            (None, Some((_, at))) => {
                let text = "encryption_key without encryption".to_owned();
                return Err(wrong(text, at).hint("encryption = 'parquet' as well"));
            }
        };
        if lake.encryption != NewEncryption::Clear && !lake.bloom_filters.is_empty() {
            let text = "bloom_filters of an encrypted table would lie in the clear".to_owned();
            return Err(wrong(text, bloom_filters_at).hint("leave one of the two out"));
        }
        lake.catalog = match kept {
            Kept::Rest => LakeCatalog::Rest(lake_server(&server, create)?),
            _ if !server.is_empty() => return Err(no_server(server[0])),
            Kept::Embedded => LakeCatalog::Embedded,
            Kept::Files => LakeCatalog::Files,
        };
        if lake.metadata.is_some() && lake.catalog != LakeCatalog::Embedded {
            let error = wrong(
                "the option \"metadata\" is for catalog = 'embedded'".to_owned(),
                metadata_at,
            );
            return Err(
                error.hint("in other catalogs, the folder or the server tells which is the newest")
            );
        }
        if let (LakeCatalog::Rest(_), None) = (&lake.catalog, &location) {
            // The server tells it, unless the table is to be made.
            return Ok(lake);
        }
        lake.location = location.ok_or_else(|| {
            wrong(
                "a table USING iceberg needs the option \"location\"".to_owned(),
                create.name.position,
            )
            .hint("WITH (location = '/a/folder'): the folder of the table, which need not be there")
        })?;
        Ok(lake)
    }
}

/// Refuses what is not done with a table whose rows lie in a lake.
pub(super) fn refuse_lake(table: &TableDef, what: &str, at: Option<Position>) -> Result<()> {
    match &table.lake {
        None => Ok(()),
        Some(_) => Err(Error::unsupported(format!(
            "{what} of \"{}\", a table in a lake,",
            table.name
        ))
        .at(at)),
    }
}

/// Other writers keep no constraint but NOT NULL.
fn refuse_constraints(create: &ast::CreateTable) -> Result<()> {
    let refused = |what: &str, at| {
        Err(
            Error::unsupported(format!("{what} in a table USING iceberg"))
                .at(at)
                .hint("others write the table as well, and would not keep it"),
        )
    };
    if let Some(constraint) = create.constraints.first() {
        return refused("a constraint", constraint.position);
    }
    for column in &create.columns {
        for constraint in &column.constraints {
            let what = match constraint.kind {
                ColumnConstraintKind::Null
                | ColumnConstraintKind::NotNull
                | ColumnConstraintKind::Default(_) => continue,
                ColumnConstraintKind::PrimaryKey => "PRIMARY KEY",
                ColumnConstraintKind::AutoIncrement => "AUTOINCREMENT",
                ColumnConstraintKind::Unique { .. } => "UNIQUE",
                ColumnConstraintKind::Check(_) => "CHECK",
                ColumnConstraintKind::Generated(_) => "GENERATED",
                ColumnConstraintKind::Sequence(_) => "a sequence",
                ColumnConstraintKind::References(_) => "REFERENCES",
                ColumnConstraintKind::Collate(_) => "COLLATE",
            };
            return refused(what, constraint.position.or(column.name.position));
        }
    }
    Ok(())
}

pub(super) fn wrong(message: String, at: Option<Position>) -> Error {
    Error::sql(SqlState::INVALID_PARAMETER_VALUE, message).at(at)
}

/// A folder or file of the file system as an absolute path, however it is written.
fn path(text: &str, option: &str, at: Option<Position>) -> Result<String> {
    let path = match text.split_once(':') {
        Some(("file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
        Some((scheme, _)) if scheme.len() > 1 && !scheme.contains('/') => {
            return Err(Error::unsupported(format!("a {option} of scheme {scheme}"))
                .at(at)
                .hint("one in the file system is"));
        }
        _ => text,
    };
    let path = absolute(Path::new(path))
        .map_err(|error| wrong(format!("the {option} '{text}': {error}"), at))?;
    match path.to_str() {
        Some(path) => Ok(path.trim_end_matches('/').to_owned()),
        None => Err(wrong(format!("the {option} '{text}' is not UTF-8"), at)),
    }
}

/// An option that has one value as yet.
fn only(option: &IndexOption, text: &str, value: &str) -> Result<()> {
    if text.eq_ignore_ascii_case(value) {
        return Ok(());
    }
    let name = option.name.name.to_ascii_lowercase();
    Err(Error::unsupported(format!("{name} = '{text}'"))
        .at(option.value.position)
        .hint(format!("{name} = '{value}' is")))
}

/// The key as `lake_key` tells it. What was given is not repeated.
fn lake_key(text: &str, at: Option<Position>) -> Result<LakeKey> {
    LakeKey::of_digits(text).ok_or_else(|| {
        wrong(
            "this is no key of a table: 64 hexadecimal digits".to_owned(),
            at,
        )
        .hint("SELECT key FROM lake_key('t') tells it, in the database that made the table")
    })
}

fn metric(text: &str, at: Option<Position>) -> Result<Metric> {
    match text.to_ascii_lowercase().as_str() {
        "l2" => Ok(Metric::L2),
        "cosine" => Ok(Metric::Cosine),
        "inner_product" | "inner" | "ip" => Ok(Metric::InnerProduct),
        _ => Err(wrong(format!("\"{text}\" is no metric of a lake"), at)
            .hint("the metrics are l2, cosine and inner_product")),
    }
}

fn index(text: &str, at: Option<Position>) -> Result<String> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "auto" | "prism" | "ivf_pq" => Ok(text),
        _ => Err(wrong(format!("\"{text}\" is no kind of index"), at)
            .hint("the kinds are auto, prism and ivf_pq")),
    }
}

fn precision(text: &str, at: Option<Position>) -> Result<String> {
    let text = text.to_ascii_lowercase();
    match text.as_str() {
        "f32" | "f16" | "i8" => Ok(text),
        _ => Err(wrong(format!("\"{text}\" is no precision of an index"), at)
            .hint("the precisions are f32, f16 and i8")),
    }
}

/// `a, bucket(16, b), truncate(10, c), day(d)`
fn partition_by(text: &str, at: Option<Position>) -> Result<Vec<PartitionKey>> {
    let mut keys = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let depth_end = match rest.find([',', '(']) {
            Some(open) if rest[open..].starts_with('(') => match rest[open..].find(')') {
                Some(close) => open + close + 1,
                None => return Err(no_partition(rest, at)),
            },
            Some(comma) => comma,
            None => rest.len(),
        };
        let (item, after) = rest.split_at(depth_end);
        keys.push(partition_key(item.trim(), at)?);
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(more) => more.trim_start(),
            None if rest.is_empty() => rest,
            None => return Err(no_partition(rest, at)),
        };
    }
    Ok(keys)
}

fn partition_key(item: &str, at: Option<Position>) -> Result<PartitionKey> {
    let no = || no_partition(item, at);
    let Some((name, arguments)) = item.split_once('(') else {
        return match item.is_empty() {
            true => Err(no()),
            false => Ok(PartitionKey {
                column: item.to_owned(),
                transform: PartitionTransform::Identity,
            }),
        };
    };
    let arguments = arguments.strip_suffix(')').ok_or_else(no)?;
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    let number = |text: &str| text.parse::<u32>().map_err(|_| no());
    let name = name.trim().to_ascii_lowercase();
    let (transform, column) = match (name.as_str(), arguments.as_slice()) {
        ("bucket", [count, column]) => (PartitionTransform::Bucket(number(count)?), *column),
        ("truncate", [width, column]) => (PartitionTransform::Truncate(number(width)?), *column),
        ("year", [column]) => (PartitionTransform::Year, *column),
        ("month", [column]) => (PartitionTransform::Month, *column),
        ("day", [column]) => (PartitionTransform::Day, *column),
        ("hour", [column]) => (PartitionTransform::Hour, *column),
        _ => return Err(no()),
    };
    Ok(PartitionKey {
        column: column.to_owned(),
        transform,
    })
}

fn no_partition(item: &str, at: Option<Position>) -> Error {
    wrong(format!("\"{item}\" is nothing to partition by"), at).hint(
        "column, bucket(16, column), truncate(10, column), year(column), month(column), day(column) or hour(column)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_partitions_are_read() {
        let keys = partition_by("a, bucket(16, b) ,day( c )", None).unwrap();
        let key = |column: &str, transform| PartitionKey {
            column: column.to_owned(),
            transform,
        };
        assert_eq!(
            keys,
            [
                key("a", PartitionTransform::Identity),
                key("b", PartitionTransform::Bucket(16)),
                key("c", PartitionTransform::Day),
            ]
        );
        for wrong in [
            "a,,b",
            "bucket(b)",
            "bucket(x, b)",
            "day(a",
            "week(a)",
            "a b(c) d",
        ] {
            assert!(partition_by(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_location_is_an_absolute_path() {
        assert_eq!(path("/lake/t/", "location", None).unwrap(), "/lake/t");
        assert_eq!(path("file:///lake/t", "location", None).unwrap(), "/lake/t");
        assert!(
            path("lake/t", "location", None)
                .unwrap()
                .ends_with("/lake/t")
        );
        assert!(
            path("s3://bucket/t", "location", None)
                .unwrap_err()
                .is_unsupported()
        );
    }
}
