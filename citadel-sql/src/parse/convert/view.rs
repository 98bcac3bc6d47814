//! CREATE VIEW.

use sqlparser::ast::{CreateTableOptions, CreateView as TheirView, ViewColumnDef};

use super::{Clauses, Converter};
use crate::ast::CreateView;
use crate::error::{Position, Result};

impl Converter<'_> {
    pub(super) fn create_view(&self, view: TheirView, at: Option<Position>) -> Result<CreateView> {
        let TheirView {
            or_alter,
            or_replace,
            materialized,
            secure,
            name,
            name_before_not_exists: _,
            columns,
            query,
            options,
            cluster_by,
            comment,
            with_no_schema_binding,
            if_not_exists,
            temporary,
            copy_grants,
            to,
            params,
        } = view;
        let has_options = !matches!(options, CreateTableOptions::None);
        Clauses(at).refuse(&[
            ("OR ALTER", &or_alter),
            ("CREATE MATERIALIZED VIEW", &materialized),
            ("SECURE", &secure),
            ("an option of CREATE VIEW", &has_options),
            ("CLUSTER BY", &cluster_by),
            ("COMMENT", &comment),
            ("WITH NO SCHEMA BINDING", &with_no_schema_binding),
            ("CREATE TEMP VIEW", &temporary),
            ("COPY GRANTS", &copy_grants),
            ("TO", &to),
            ("an option of CREATE VIEW", &params),
        ])?;
        let columns = columns.into_iter().map(|column| {
            let ViewColumnDef {
                name,
                data_type,
                options,
            } = column;
            let name = self.identifier(name)?;
            Clauses(name.position).refuse(&[
                ("a type in CREATE VIEW", &data_type),
                ("an option of a view's column", &options),
            ])?;
            Ok(name)
        });
        Ok(CreateView {
            columns: columns.collect::<Result<_>>()?,
            name: self.name(name)?,
            or_replace,
            if_not_exists,
            query: self.query(*query, at)?,
        })
    }
}
