//! A statement stops when it is told to.

use std::sync::Arc;

use super::Db;
use crate::batch::Column;
use crate::execute::{ExecContext, Execution, Interrupt, Surroundings, Txn};
use crate::plan::{PlanContext, plan};
use crate::schema::{AnnSettings, Catalog, ColumnNo, RowId};
use crate::store::TableWriter;
use crate::types::SqlType;
use crate::{bind, parse};

#[test]
fn an_interrupt_stops_a_write_between_rows() {
    let db = Db::after("CREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER UNIQUE)");
    let rows: Vec<String> = (0..3000).map(|i| format!("({i}, {i})")).collect();
    db.all(&format!("INSERT INTO n VALUES {}", rows.join(",")))
        .unwrap();
    let mut writer = TableWriter::new({
        let read = db.database.begin_read().unwrap();
        let catalog = Catalog::load(&read).unwrap();
        Arc::clone(catalog.table("n").unwrap())
    });
    let ids: Vec<RowId> = (0..3000).map(RowId).collect();
    for column in [0, 1] {
        let mut values = Column::new(SqlType::Integer, ids.len());
        for id in &ids {
            values.push_integer(id.0 + 1).unwrap();
        }
        let mut txn = db.database.begin_write().unwrap();
        let (mut rows, interrupt) = (0, Interrupt::default());
        let assigned = [ColumnNo(column)];
        let stopped = writer.update_watched(&mut txn, &assigned, &ids, &[values], &mut || {
            rows += 1;
            if rows > 4000 {
                interrupt.set();
            }
            interrupt.check()
        });
        assert!(stopped.unwrap_err().is_interrupted());
        assert_eq!(rows, 4001, "both passes over the rows look at the flag");
    }
}

#[test]
fn an_interrupt_stops_a_query_between_batches() {
    let db = Db::after("CREATE TABLE n (id INTEGER PRIMARY KEY, v INTEGER)");
    let rows: Vec<String> = (0..1500).map(|i| format!("({i}, {i})")).collect();
    db.all(&format!("INSERT INTO n VALUES {}", rows.join(",")))
        .unwrap();
    for sql in [
        "SELECT id FROM n",
        "SELECT id FROM n ORDER BY v DESC",
        "SELECT a.id FROM n a, n b WHERE a.v < b.v",
        "SELECT v, count(*) FROM n GROUP BY v",
        "SELECT id FROM n UNION ALL SELECT v FROM n",
        "SELECT id FROM n EXCEPT SELECT v + 10 FROM n",
        "SELECT a.id FROM n a LEFT JOIN n b ON a.v < b.v",
        "SELECT id, (SELECT count(*) FROM n b WHERE b.v < a.v) FROM n a",
        "SELECT id FROM n a WHERE EXISTS (SELECT 1 FROM n b WHERE b.v = a.v)",
        "SELECT a.id FROM n a, LATERAL (SELECT id FROM n b WHERE b.v >= a.v LIMIT 2) AS q",
        "WITH RECURSIVE q AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM q) SELECT x FROM q",
    ] {
        let read = db.database.begin_read().unwrap();
        let catalog = Catalog::load(&read).unwrap();
        let parsed = parse::parse(sql).unwrap().remove(0);
        let bound = bind::bind(&parsed.statement, sql, &catalog, &Default::default()).unwrap();
        let plan = Arc::new(plan(&bound.statement, &PlanContext::new(&read)).unwrap());
        let interrupt = Interrupt::default();
        let mut execution = Execution::start(&plan, &[]).unwrap();
        let around = Surroundings {
            interrupt: &interrupt,
            segments: &db.segments,
            progress: crate::ann::BuildProgress::default(),
            ann: AnnSettings::default(),
            memory: usize::MAX,
            lake: crate::lake::LakeUse {
                lakes: &crate::lake::Lakes::default(),
                pins: &crate::lake::Pins::default(),
                watch: &std::sync::Arc::default(),
            },
            threads: 2,
            listener: None,
        };
        let mut context = ExecContext::new(Txn::Read(&read), &[], around);
        assert!(execution.next(&mut context).unwrap().is_some(), "{sql}");
        let mut again = Execution::start(&plan, &[]).unwrap();
        interrupt.set();
        assert!(
            again.next(&mut context).unwrap_err().is_interrupted(),
            "{sql}"
        );
    }
}
