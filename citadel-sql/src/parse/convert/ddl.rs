//! CREATE TABLE and CREATE INDEX.

use sqlparser::ast::{
    BinaryOperator, CheckConstraint, ColumnDef, ColumnOption, ColumnOptionDef,
    CreateIndex as TheirIndex, CreateTable as TheirTable, CreateTableOptions, DataType,
    Expr as Theirs, GeneratedAs, HiveDistributionStyle, HiveFormat, HiveIOFormat, Ident,
    IndexColumn, IndexType, NullsDistinctOption, ObjectNamePart, OrderByExpr, PrimaryKeyConstraint,
    SqlOption, TableConstraint as TheirConstraint, UniqueConstraint, WithData,
};

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::data_type::TypeName;
use super::{Clauses, Converter};
use crate::ast::{
    ColumnConstraint, ColumnConstraintKind, ColumnDefinition, CreateIndex, CreateTable, Expr,
    ExprKind, Identifier, IndexMethod, IndexOption, SequenceColumn, TableConstraint,
    TableConstraintKind, TableRows,
};
use crate::error::{Error, Position, Result};
use crate::parse::syntax_error::syntax_error;
use crate::types::{Limit, SqlType};

impl Converter<'_> {
    pub(super) fn create_table(
        &self,
        table: TheirTable,
        at: Option<Position>,
    ) -> Result<CreateTable> {
        let TheirTable {
            or_replace,
            temporary,
            unlogged,
            external,
            dynamic,
            global,
            if_not_exists,
            transient,
            volatile,
            iceberg,
            snapshot,
            name,
            columns,
            constraints,
            hive_distribution,
            hive_formats,
            table_options,
            file_format,
            location,
            query,
            without_rowid,
            like,
            clone,
            version,
            comment,
            on_commit,
            on_cluster,
            primary_key,
            order_by,
            partition_by,
            cluster_by,
            clustered_by,
            inherits,
            partition_of,
            for_values,
            strict,
            copy_grants,
            enable_schema_evolution,
            change_tracking,
            data_retention_time_in_days,
            max_data_extension_time_in_days,
            default_ddl_collation,
            with_aggregation_policy,
            with_row_access_policy,
            with_storage_lifecycle_policy,
            with_tags,
            external_volume,
            with_connection,
            base_location,
            catalog,
            catalog_sync,
            storage_serialization_policy,
            target_lag,
            warehouse,
            refresh_mode,
            initialize,
            require_user,
            diststyle,
            distkey,
            sortkey,
            backup,
            multiset,
            fallback,
            with_data,
        } = table;
        let distributed = !matches!(hive_distribution, HiveDistributionStyle::NONE);
        let is_lake = is_iceberg(hive_formats, at)?;
        let has_options = !is_lake && !matches!(table_options, CreateTableOptions::None);
        Clauses(at).refuse(&[
            ("CREATE OR REPLACE", &or_replace),
            ("CREATE TEMPORARY TABLE", &temporary),
            ("CREATE UNLOGGED TABLE", &unlogged),
            ("CREATE EXTERNAL TABLE", &external),
            ("CREATE DYNAMIC TABLE", &dynamic),
            ("GLOBAL or LOCAL", &global),
            ("CREATE TRANSIENT TABLE", &transient),
            ("CREATE VOLATILE TABLE", &volatile),
            ("CREATE ICEBERG TABLE", &iceberg),
            ("CREATE SNAPSHOT TABLE", &snapshot),
            ("PARTITIONED BY", &distributed),
            ("table options", &has_options),
            ("STORED AS", &file_format),
            ("LOCATION", &location),
            ("WITHOUT ROWID", &without_rowid),
            ("LIKE in CREATE TABLE", &like),
            ("CLONE", &clone),
            ("time travel (AS OF)", &version),
            ("COMMENT", &comment),
            ("ON COMMIT", &on_commit),
            ("ON CLUSTER", &on_cluster),
            ("PRIMARY KEY after the columns", &primary_key),
            ("ORDER BY in CREATE TABLE", &order_by),
            ("PARTITION BY", &partition_by),
            ("CLUSTER BY", &cluster_by),
            ("CLUSTERED BY", &clustered_by),
            ("INHERITS", &inherits),
            ("PARTITION OF", &partition_of),
            ("FOR VALUES", &for_values),
            ("STRICT", &strict),
            ("COPY GRANTS", &copy_grants),
            ("ENABLE_SCHEMA_EVOLUTION", &enable_schema_evolution),
            ("CHANGE_TRACKING", &change_tracking),
            ("DATA_RETENTION_TIME_IN_DAYS", &data_retention_time_in_days),
            (
                "MAX_DATA_EXTENSION_TIME_IN_DAYS",
                &max_data_extension_time_in_days,
            ),
            ("DEFAULT_DDL_COLLATION", &default_ddl_collation),
            ("AGGREGATION POLICY", &with_aggregation_policy),
            ("ROW ACCESS POLICY", &with_row_access_policy),
            ("STORAGE LIFECYCLE POLICY", &with_storage_lifecycle_policy),
            ("TAG", &with_tags),
            ("EXTERNAL_VOLUME", &external_volume),
            ("CONNECTION", &with_connection),
            ("BASE_LOCATION", &base_location),
            ("CATALOG", &catalog),
            ("CATALOG_SYNC", &catalog_sync),
            (
                "STORAGE_SERIALIZATION_POLICY",
                &storage_serialization_policy,
            ),
            ("TARGET_LAG", &target_lag),
            ("WAREHOUSE", &warehouse),
            ("REFRESH_MODE", &refresh_mode),
            ("INITIALIZE", &initialize),
            ("REQUIRE USER", &require_user),
            ("DISTSTYLE", &diststyle),
            ("DISTKEY", &distkey),
            ("SORTKEY", &sortkey),
            ("BACKUP", &backup),
            ("MULTISET", &multiset),
            ("FALLBACK", &fallback),
        ])?;
        let WithData { data, statistics } = with_data.unwrap_or(WithData {
            data: true,
            statistics: None,
        });
        Clauses(at).refuse(&[("AND [NO] STATISTICS", &statistics)])?;
        let rows = query.map(|query| self.query(*query, at)).transpose()?;
        let lake = match is_lake {
            true => Some(self.table_options(table_options, at)?),
            false => None,
        };
        Ok(CreateTable {
            name: self.name(name)?,
            if_not_exists,
            lake,
            rows: rows.map(|query| TableRows {
                query,
                with_data: data,
            }),
            columns: columns
                .into_iter()
                .map(|column| self.column_definition(column))
                .collect::<Result<_>>()?,
            constraints: constraints
                .into_iter()
                .map(|constraint| self.table_constraint(constraint, at))
                .collect::<Result<_>>()?,
        })
    }

    /// `WITH (name = value, …)`
    fn table_options(
        &self,
        options: CreateTableOptions,
        at: Option<Position>,
    ) -> Result<Vec<IndexOption>> {
        let options = match options {
            CreateTableOptions::None => Vec::new(),
            CreateTableOptions::With(options) => options,
            _ => return Err(Error::unsupported("options but those in WITH").at(at)),
        };
        let options = options.into_iter().map(|option| match option {
            SqlOption::KeyValue { key, value } => Ok(IndexOption {
                name: self.identifier(key)?,
                value: self.expr(value)?,
            }),
            _ => Err(syntax_error(
                "syntax error: an option is written name = value",
                at,
            )),
        });
        options.collect()
    }

    pub(super) fn column_definition(&self, column: ColumnDef) -> Result<ColumnDefinition> {
        let ColumnDef {
            name,
            data_type,
            options,
        } = column;
        let name = self.identifier(name)?;
        let serial = serial(&data_type);
        let TypeName { ty, named, limit } = match serial {
            Some(limit) => TypeName {
                ty: SqlType::Integer,
                named: None,
                limit,
            },
            None => self.type_name(data_type, name.position)?,
        };
        let mut constraints: Vec<ColumnConstraint> = options
            .into_iter()
            .map(
                |ColumnOptionDef {
                     name: label,
                     option,
                 }| {
                    Ok(ColumnConstraint {
                        name: label.map(|label| self.identifier(label)).transpose()?,
                        kind: self.column_constraint(option, name.position)?,
                        position: name.position,
                    })
                },
            )
            .collect::<Result<_>>()?;
        if serial.is_some() {
            constraints.push(ColumnConstraint {
                name: None,
                kind: ColumnConstraintKind::Sequence(SequenceColumn {
                    identity: None,
                    options: Vec::new(),
                }),
                position: name.position,
            });
        }
        Ok(ColumnDefinition {
            name,
            named,
            ty,
            limit,
            constraints,
        })
    }

    fn column_constraint(
        &self,
        option: ColumnOption,
        at: Option<Position>,
    ) -> Result<ColumnConstraintKind> {
        match option {
            ColumnOption::Null => Ok(ColumnConstraintKind::Null),
            ColumnOption::NotNull => Ok(ColumnConstraintKind::NotNull),
            ColumnOption::Collation(name) => self.name(name).map(ColumnConstraintKind::Collate),
            ColumnOption::Default(value) => self.expr(value).map(ColumnConstraintKind::Default),
            ColumnOption::PrimaryKey(constraint) => {
                self.primary_key(constraint, at)?;
                Ok(ColumnConstraintKind::PrimaryKey)
            }
            ColumnOption::DialectSpecific(words) if is_autoincrement(&words) => {
                Ok(ColumnConstraintKind::AutoIncrement)
            }
            ColumnOption::Unique(constraint) => {
                let (_, _, nulls_distinct) = self.unique(constraint, at)?;
                Ok(ColumnConstraintKind::Unique { nulls_distinct })
            }
            ColumnOption::Check(constraint) => {
                let (_, condition) = self.check(constraint, at)?;
                Ok(ColumnConstraintKind::Check(condition))
            }
            ColumnOption::ForeignKey(constraint) => {
                let (_, key) = self.references(constraint, Vec::new(), at)?;
                Ok(ColumnConstraintKind::References(key))
            }
            // A virtual value is the same whenever it is computed: it is stored as well.
            ColumnOption::Generated {
                generated_as: GeneratedAs::Always | GeneratedAs::ExpStored,
                sequence_options: None,
                generation_expr: Some(value),
                generation_expr_mode: _,
                generated_keyword: _,
            } => self.expr(value).map(ColumnConstraintKind::Generated),
            ColumnOption::Generated {
                generated_as,
                sequence_options: Some(_),
                generation_expr: None,
                generation_expr_mode: _,
                generated_keyword: _,
            } => Ok(ColumnConstraintKind::Sequence(self.identity(generated_as))),
            other => {
                let error = Error::unsupported(column_option_name(&other)).at(at);
                Err(match &other {
                    ColumnOption::DialectSpecific(_) => error.hint(
                        "an INTEGER PRIMARY KEY column assigns itself, without further words",
                    ),
                    _ => error,
                })
            }
        }
    }

    /// The next identity column: its clauses were taken out of the text.
    pub(super) fn identity(&self, generated: GeneratedAs) -> SequenceColumn {
        SequenceColumn {
            identity: Some(matches!(generated, GeneratedAs::Always)),
            options: self.identities.next(),
        }
    }

    pub(super) fn table_constraint(
        &self,
        constraint: TheirConstraint,
        at: Option<Position>,
    ) -> Result<TableConstraint> {
        let unsupported = |what: &str| Err(Error::unsupported(what).at(at));
        let (name, kind) = match constraint {
            TheirConstraint::PrimaryKey(constraint) => {
                let (name, columns) = self.primary_key(constraint, at)?;
                (name, TableConstraintKind::PrimaryKey(columns))
            }
            TheirConstraint::Unique(constraint) => {
                let (name, columns, nulls_distinct) = self.unique(constraint, at)?;
                let kind = TableConstraintKind::Unique {
                    columns,
                    nulls_distinct,
                };
                (name, kind)
            }
            TheirConstraint::Check(constraint) => {
                let (name, condition) = self.check(constraint, at)?;
                (name, TableConstraintKind::Check(condition))
            }
            TheirConstraint::ForeignKey(constraint) => {
                let (name, key) = self.foreign_key(constraint, at)?;
                (name, TableConstraintKind::ForeignKey(key))
            }
            TheirConstraint::Index(_) => return unsupported("INDEX in CREATE TABLE"),
            TheirConstraint::FulltextOrSpatial(_) => return unsupported("FULLTEXT or SPATIAL"),
            TheirConstraint::PrimaryKeyUsingIndex(_) | TheirConstraint::UniqueUsingIndex(_) => {
                return unsupported("USING INDEX");
            }
            TheirConstraint::Exclude(_) => return unsupported("EXCLUDE"),
        };
        Ok(TableConstraint {
            position: name.as_ref().map_or(at, |name| name.position),
            name,
            kind,
        })
    }

    fn check(
        &self,
        constraint: CheckConstraint,
        at: Option<Position>,
    ) -> Result<(Option<Identifier>, Expr)> {
        // NO INHERIT is about tables that inherit from this one: there are none.
        let CheckConstraint {
            name,
            expr,
            no_inherit: _,
            enforced,
        } = constraint;
        Clauses(at).refuse(&[("[NOT] ENFORCED", &enforced)])?;
        Ok((self.constraint_name(name)?, self.expr(*expr)?))
    }

    pub(super) fn constraint_name(&self, name: Option<Ident>) -> Result<Option<Identifier>> {
        name.map(|name| self.identifier(name)).transpose()
    }

    fn primary_key(
        &self,
        constraint: PrimaryKeyConstraint,
        at: Option<Position>,
    ) -> Result<(Option<Identifier>, Vec<Identifier>)> {
        let PrimaryKeyConstraint {
            name,
            index_name,
            index_type,
            columns,
            include,
            index_options,
            characteristics,
        } = constraint;
        Clauses(at).refuse(&[
            ("an index name in PRIMARY KEY", &index_name),
            ("USING in PRIMARY KEY", &index_type),
            ("INCLUDE in PRIMARY KEY", &include),
            ("an index option", &index_options),
            ("DEFERRABLE", &characteristics),
        ])?;
        Ok((self.constraint_name(name)?, self.index_columns(columns)?))
    }

    fn unique(
        &self,
        constraint: UniqueConstraint,
        at: Option<Position>,
    ) -> Result<(Option<Identifier>, Vec<Identifier>, bool)> {
        let UniqueConstraint {
            name,
            index_name,
            index_type_display,
            index_type,
            columns,
            include,
            index_options,
            characteristics,
            nulls_distinct,
        } = constraint;
        Clauses(at).refuse(&[
            ("an index name in UNIQUE", &index_name),
            ("UNIQUE KEY or INDEX", &!index_type_display.is_none()),
            ("USING in UNIQUE", &index_type),
            ("INCLUDE in UNIQUE", &include),
            ("an index option", &index_options),
            ("DEFERRABLE", &characteristics),
        ])?;
        Ok((
            self.constraint_name(name)?,
            self.index_columns(columns)?,
            !matches!(nulls_distinct, NullsDistinctOption::NotDistinct),
        ))
    }

    pub(super) fn create_index(
        &self,
        index: TheirIndex,
        at: Option<Position>,
    ) -> Result<CreateIndex> {
        let TheirIndex {
            name,
            table_name,
            using,
            columns,
            unique,
            concurrently,
            r#async,
            if_not_exists,
            include,
            nulls_distinct,
            with,
            predicate,
            index_options,
            alter_options,
        } = index;
        Clauses(at).refuse(&[
            ("CONCURRENTLY", &concurrently),
            ("ASYNC", &r#async),
            ("an index option", &index_options),
            ("ALGORITHM or LOCK", &alter_options),
        ])?;
        let Some(name) = name else {
            return Err(Error::unsupported("an index without a name").at(at));
        };
        let name = self.name(name)?;
        Ok(CreateIndex {
            method: index_method(using, name.position)?,
            name,
            if_not_exists,
            unique,
            nulls_distinct: nulls_distinct != Some(false),
            table: self.name(table_name)?,
            keys: columns
                .into_iter()
                .map(|column| self.index_key(column))
                .collect::<Result<_>>()?,
            condition: self.optional_expr(predicate)?,
            include: self.identifiers(include)?,
            options: with
                .into_iter()
                .map(|option| self.index_option(option))
                .collect::<Result<_>>()?,
        })
    }

    fn index_columns(&self, columns: Vec<IndexColumn>) -> Result<Vec<Identifier>> {
        columns
            .into_iter()
            .map(|column| self.index_column(column))
            .collect()
    }

    fn index_column(&self, column: IndexColumn) -> Result<Identifier> {
        let key = self.index_key(column)?;
        match key.kind {
            ExprKind::Column {
                table: None,
                column,
            } => Ok(column),
            _ => Err(Error::unsupported("a key on an expression").at(key.position)),
        }
    }

    fn index_key(&self, column: IndexColumn) -> Result<Expr> {
        let IndexColumn {
            column,
            operator_class,
        } = column;
        let column: OrderByExpr = column;
        let key = self.order_key(column)?;
        let at = key.expr.position;
        Clauses(at).refuse(&[
            ("an operator class", &operator_class),
            ("NULLS FIRST or LAST in an index", &key.nulls_first),
        ])?;
        Ok(key.expr)
    }

    /// `name = value`
    pub(in crate::parse) fn index_option(&self, option: Theirs) -> Result<IndexOption> {
        let Theirs::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } = option
        else {
            let at = self.expr(option)?.position;
            return Err(syntax_error(
                "syntax error: an option is written name = value",
                at,
            ));
        };
        let Theirs::Identifier(name) = *left else {
            let at = self.expr(*left)?.position;
            return Err(syntax_error("syntax error: expected an option's name", at));
        };
        Ok(IndexOption {
            name: self.identifier(name)?,
            value: self.expr(*right)?,
        })
    }
}

/// SQLite's word.
fn is_autoincrement(words: &[Token]) -> bool {
    matches!(words, [Token::Word(word)] if word.keyword == Keyword::AUTOINCREMENT)
}

/// What SERIAL and its like allow of INTEGER.
fn serial(ty: &DataType) -> Option<Option<Limit>> {
    let DataType::Custom(name, modifiers) = ty else {
        return None;
    };
    let [ObjectNamePart::Identifier(name)] = name.0.as_slice() else {
        return None;
    };
    match name.value.to_ascii_lowercase().as_str() {
        _ if !modifiers.is_empty() => None,
        "smallserial" | "serial2" => Some(Some(Limit::Int16)),
        "serial" | "serial4" => Some(Some(Limit::Int32)),
        "bigserial" | "serial8" => Some(None),
        _ => None,
    }
}

/// `USING iceberg`, `STORED AS`, `ROW FORMAT` and the like.
///
/// # Errors
/// It is another than `USING iceberg`.
fn is_iceberg(formats: Option<HiveFormat>, at: Option<Position>) -> Result<bool> {
    let Some(HiveFormat {
        row_format,
        serde_properties,
        storage,
        location,
    }) = formats
    else {
        return Ok(false);
    };
    let is_iceberg = match &storage {
        Some(HiveIOFormat::Using { format }) if format.value.eq_ignore_ascii_case("iceberg") => {
            true
        }
        Some(HiveIOFormat::Using { format }) => {
            return Err(Error::unsupported(format!("CREATE TABLE … USING {format}")).at(at));
        }
        _ => false,
    };
    let stored = !is_iceberg && storage.is_some();
    Clauses(at).refuse(&[
        ("ROW FORMAT", &row_format),
        ("SERDEPROPERTIES", &serde_properties),
        ("STORED AS", &stored),
        ("LOCATION", &location),
    ])?;
    Ok(is_iceberg)
}

fn index_method(using: Option<IndexType>, at: Option<Position>) -> Result<IndexMethod> {
    match using {
        None | Some(IndexType::BTree) => Ok(IndexMethod::BTree),
        Some(IndexType::Custom(name)) if name.value.eq_ignore_ascii_case("ann") => {
            Ok(IndexMethod::Ann)
        }
        Some(other) => Err(Error::unsupported(format!("USING {other}"))
            .at(at)
            .hint("the index methods are btree and ann")),
    }
}

fn column_option_name(option: &ColumnOption) -> String {
    let name = match option {
        ColumnOption::DialectSpecific(words) => {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            return words.join(" ").to_ascii_uppercase();
        }
        ColumnOption::ForeignKey(_) => "REFERENCES",
        ColumnOption::Check(_) => "CHECK",
        ColumnOption::Generated { .. } => "GENERATED … AS IDENTITY",
        ColumnOption::Identity(_) => "IDENTITY",
        ColumnOption::OnConflict(_) => "ON CONFLICT",
        ColumnOption::OnUpdate(_) => "ON UPDATE",
        ColumnOption::Comment(_) => "COMMENT",
        ColumnOption::CharacterSet(_) => "CHARACTER SET",
        ColumnOption::Materialized(_)
        | ColumnOption::Ephemeral(_)
        | ColumnOption::Alias(_)
        | ColumnOption::Options(_)
        | ColumnOption::Policy(_)
        | ColumnOption::Tags(_)
        | ColumnOption::Srid(_)
        | ColumnOption::Invisible
        | ColumnOption::Null
        | ColumnOption::NotNull
        | ColumnOption::Collation(_)
        | ColumnOption::Default(_)
        | ColumnOption::PrimaryKey(_)
        | ColumnOption::Unique(_) => "this column option",
    };
    name.to_owned()
}
