//! Relations that tell what is defined: SQLite's `sqlite_schema`, the standard's `information_schema`, some of PostgreSQL's
//! `pg_catalog`.

use crate::types::{ScalarType, SqlType};

/// One of these relations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definitions {
    SqliteSchema,
    Schemata,
    Tables,
    Columns,
    Views,
    TableConstraints,
    KeyColumnUsage,
    ConstraintColumnUsage,
    ReferentialConstraints,
    CheckConstraints,
    Triggers,
    Sequences,
    PgTables,
    PgViews,
    PgIndexes,
    PgSequences,
    PgStats,
    SqliteStat1,
    SqliteSequence,
    PgMatviews,
    Domains,
    DomainConstraints,
}

type Columns = &'static [(&'static str, SqlType)];

const TEXT: SqlType = SqlType::Text;
const NUMBER: SqlType = SqlType::Integer;
const TRUTH: SqlType = SqlType::Boolean;
const REAL: SqlType = SqlType::Real;
const TEXTS: SqlType = SqlType::Array(ScalarType::Text);
const REALS: SqlType = SqlType::Array(ScalarType::Real);

/// Each with its name and its columns.
const ALL: [(Definitions, &str, Columns); 22] = [
    (
        Definitions::SqliteSchema,
        "sqlite_schema",
        &[
            ("type", TEXT),
            ("name", TEXT),
            ("tbl_name", TEXT),
            ("rootpage", NUMBER),
            ("sql", TEXT),
        ],
    ),
    (
        Definitions::Schemata,
        "information_schema.schemata",
        &[("catalog_name", TEXT), ("schema_name", TEXT)],
    ),
    (
        Definitions::Tables,
        "information_schema.tables",
        &[
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("table_type", TEXT),
            ("is_insertable_into", TEXT),
        ],
    ),
    (
        Definitions::Columns,
        "information_schema.columns",
        &[
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("column_name", TEXT),
            ("ordinal_position", NUMBER),
            ("column_default", TEXT),
            ("is_nullable", TEXT),
            ("data_type", TEXT),
            ("character_maximum_length", NUMBER),
            ("numeric_precision", NUMBER),
            ("numeric_scale", NUMBER),
            ("datetime_precision", NUMBER),
            ("udt_name", TEXT),
            ("is_identity", TEXT),
            ("identity_generation", TEXT),
            ("is_generated", TEXT),
            ("generation_expression", TEXT),
            ("is_updatable", TEXT),
            ("domain_name", TEXT),
        ],
    ),
    (
        Definitions::Views,
        "information_schema.views",
        &[
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("view_definition", TEXT),
        ],
    ),
    (
        Definitions::TableConstraints,
        "information_schema.table_constraints",
        &[
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("constraint_type", TEXT),
            ("is_deferrable", TEXT),
            ("initially_deferred", TEXT),
            ("nulls_distinct", TEXT),
        ],
    ),
    (
        Definitions::KeyColumnUsage,
        "information_schema.key_column_usage",
        &[
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("column_name", TEXT),
            ("ordinal_position", NUMBER),
            ("position_in_unique_constraint", NUMBER),
        ],
    ),
    (
        Definitions::ConstraintColumnUsage,
        "information_schema.constraint_column_usage",
        &[
            ("table_catalog", TEXT),
            ("table_schema", TEXT),
            ("table_name", TEXT),
            ("column_name", TEXT),
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
        ],
    ),
    (
        Definitions::ReferentialConstraints,
        "information_schema.referential_constraints",
        &[
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
            ("unique_constraint_catalog", TEXT),
            ("unique_constraint_schema", TEXT),
            ("unique_constraint_name", TEXT),
            ("match_option", TEXT),
            ("update_rule", TEXT),
            ("delete_rule", TEXT),
        ],
    ),
    (
        Definitions::CheckConstraints,
        "information_schema.check_constraints",
        &[
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
            ("check_clause", TEXT),
        ],
    ),
    (
        Definitions::Triggers,
        "information_schema.triggers",
        &[
            ("trigger_catalog", TEXT),
            ("trigger_schema", TEXT),
            ("trigger_name", TEXT),
            ("event_manipulation", TEXT),
            ("event_object_catalog", TEXT),
            ("event_object_schema", TEXT),
            ("event_object_table", TEXT),
            ("action_order", NUMBER),
            ("action_statement", TEXT),
            ("action_orientation", TEXT),
            ("action_timing", TEXT),
        ],
    ),
    (
        Definitions::Sequences,
        "information_schema.sequences",
        &[
            ("sequence_catalog", TEXT),
            ("sequence_schema", TEXT),
            ("sequence_name", TEXT),
            ("data_type", TEXT),
            ("start_value", TEXT),
            ("minimum_value", TEXT),
            ("maximum_value", TEXT),
            ("increment", TEXT),
            ("cycle_option", TEXT),
        ],
    ),
    (
        Definitions::PgTables,
        "pg_tables",
        &[
            ("schemaname", TEXT),
            ("tablename", TEXT),
            ("hasindexes", TRUTH),
        ],
    ),
    (
        Definitions::PgViews,
        "pg_views",
        &[
            ("schemaname", TEXT),
            ("viewname", TEXT),
            ("definition", TEXT),
        ],
    ),
    (
        Definitions::PgIndexes,
        "pg_indexes",
        &[
            ("schemaname", TEXT),
            ("tablename", TEXT),
            ("indexname", TEXT),
            ("indexdef", TEXT),
        ],
    ),
    (
        Definitions::PgSequences,
        "pg_sequences",
        &[
            ("schemaname", TEXT),
            ("sequencename", TEXT),
            ("start_value", NUMBER),
            ("min_value", NUMBER),
            ("max_value", NUMBER),
            ("increment_by", NUMBER),
            ("cycle", TRUTH),
            ("last_value", NUMBER),
        ],
    ),
    (
        Definitions::PgStats,
        "pg_stats",
        &[
            ("schemaname", TEXT),
            ("tablename", TEXT),
            ("attname", TEXT),
            ("null_frac", REAL),
            ("avg_width", NUMBER),
            ("n_distinct", REAL),
            ("most_common_vals", TEXTS),
            ("most_common_freqs", REALS),
            ("histogram_bounds", TEXTS),
        ],
    ),
    (
        Definitions::SqliteStat1,
        "sqlite_stat1",
        &[("tbl", TEXT), ("idx", TEXT), ("stat", TEXT)],
    ),
    (
        Definitions::SqliteSequence,
        "sqlite_sequence",
        &[("name", TEXT), ("seq", NUMBER)],
    ),
    (
        Definitions::PgMatviews,
        "pg_matviews",
        &[
            ("schemaname", TEXT),
            ("matviewname", TEXT),
            ("hasindexes", TRUTH),
            ("ispopulated", TRUTH),
            ("definition", TEXT),
        ],
    ),
    (
        Definitions::Domains,
        "information_schema.domains",
        &[
            ("domain_catalog", TEXT),
            ("domain_schema", TEXT),
            ("domain_name", TEXT),
            ("data_type", TEXT),
            ("character_maximum_length", NUMBER),
            ("numeric_precision", NUMBER),
            ("numeric_scale", NUMBER),
            ("datetime_precision", NUMBER),
            ("udt_name", TEXT),
            ("domain_default", TEXT),
        ],
    ),
    (
        Definitions::DomainConstraints,
        "information_schema.domain_constraints",
        &[
            ("constraint_catalog", TEXT),
            ("constraint_schema", TEXT),
            ("constraint_name", TEXT),
            ("domain_catalog", TEXT),
            ("domain_schema", TEXT),
            ("domain_name", TEXT),
            ("is_deferrable", TEXT),
            ("initially_deferred", TEXT),
        ],
    ),
];

/// What SQLite called it before.
const SQLITE_MASTER: &str = "sqlite_master";

impl Definitions {
    /// Finds one by its name, ASCII case folded; those of `information_schema` have it before theirs.
    pub(crate) fn find(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case(SQLITE_MASTER) {
            return Some(Self::SqliteSchema);
        }
        let mut all = ALL.iter();
        let found = all.find(|(_, known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(relation, ..)| *relation)
    }

    /// Its name, without a schema.
    pub(crate) fn name(self) -> &'static str {
        let name = self.entry().1;
        name.rsplit_once('.').map_or(name, |(_, name)| name)
    }

    /// The columns of its rows.
    pub(crate) fn columns(self) -> Columns {
        self.entry().2
    }

    fn entry(self) -> &'static (Self, &'static str, Columns) {
        let at = ALL.iter().position(|(relation, ..)| *relation == self);
        &ALL[at.unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for (relation, name, columns) in ALL {
            assert_eq!(
                Definitions::find(&name.to_ascii_uppercase()),
                Some(relation)
            );
            assert_eq!(relation.columns(), columns);
            assert!(name.ends_with(relation.name()));
        }
        assert_eq!(Definitions::find("tables"), None);
    }
}
