//! Random statements: as SQL, and done to the model at once.

use std::sync::Arc;

use citadel_sql::Value;

use super::condition::{Condition, TOPICS};
use super::measure::Operator;
use super::model::{AnnIndex, COLUMNS, Model, Row};
use super::shape::{Shape, VECTORS, VectorColumn};
use crate::sim::Random;

/// A statement.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    /// Rows that it changes, where that is told.
    pub(super) rows: Option<usize>,
}

impl Statement {
    fn new(sql: impl Into<String>, params: Vec<Value>) -> Self {
        Self {
            sql: sql.into(),
            params,
            rows: None,
        }
    }

    fn changing(mut self, rows: usize) -> Self {
        self.rows = Some(rows);
        self
    }
}

/// Draws statements for tables of one shape.
#[derive(Debug)]
pub(super) struct Changes<'s> {
    pub(super) shape: &'s Shape,
}

impl Changes<'_> {
    /// A statement that changes rows.
    pub(super) fn of_rows(&self, random: &mut Random, model: &mut Model) -> Statement {
        let (len, wanted) = (model.rows.len(), self.shape.rows);
        if len == 0 || len < wanted / 2 || len < wanted * 4 / 3 && random.one_in(3) {
            return match len > 0 && random.one_in(6) {
                true => copy(random, model),
                false => {
                    let rows = 1 + random.below(6);
                    self.insert(random, model, rows)
                }
            };
        }
        match random.below(8) {
            0 | 1 => self.update_vector(random, model),
            2 => update_scalars(random, model),
            3 => update_many(random, model),
            4 => move_row(random, model),
            5 => update_aside(random, model),
            _ => delete(random, model, len > wanted),
        }
    }

    /// New rows.
    pub(super) fn insert(&self, random: &mut Random, model: &mut Model, rows: usize) -> Statement {
        let mut params = Vec::new();
        let mut places = Vec::new();
        for _ in 0..rows {
            let id = free_id(random, model);
            let row = self.row(random, model);
            params.push(Value::Integer(id));
            params.extend(row.values());
            places.push("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
            model.rows.insert(id, Arc::new(row));
        }
        let sql = format!("INSERT INTO t (id, {COLUMNS}) VALUES {}", places.join(", "));
        Statement::new(sql, params).changing(rows)
    }

    fn row(&self, random: &mut Random, model: &mut Model) -> Row {
        let some = |random: &mut Random| !random.one_in(8);
        model.next_u += 1;
        let [v, w] = &self.shape.columns;
        Row {
            topic: some(random).then(|| TOPICS[random.below(TOPICS.len())].to_owned()),
            size: some(random).then(|| random.below(24) as i64),
            price: some(random).then(|| random.below(48) as f64 / 4.0),
            ok: some(random).then(|| random.one_in(2)),
            note: some(random).then(|| format!("n{}", random.below(10))),
            kk: some(random).then(|| random.below(60) as i64),
            u: some(random).then_some(model.next_u),
            vectors: [v.stored(random), w.stored(random)],
        }
    }

    fn update_vector(&self, random: &mut Random, model: &mut Model) -> Statement {
        let id = any_id(random, model);
        let column = random.below(2);
        let vector = self.shape.columns[column].stored(random);
        change(model, &[id], |row| row.vectors[column] = vector.clone());
        let sql = format!("UPDATE t SET {} = ? WHERE id = ?", VECTORS[column]);
        Statement::new(sql, vec![vector, Value::Integer(id)]).changing(1)
    }

    /// A statement that must fail, for a reason that is told; none where the table is too small for that.
    pub(super) fn failing(&self, random: &mut Random, model: &Model) -> Option<Statement> {
        let column = random.below(2);
        let VectorColumn { dim, .. } = self.shape.columns[column];
        let name = VECTORS[column];
        let bits = matches!(self.shape.columns[column].operators()[0], Operator::Hamming);
        let with_u: Vec<i64> = model.rows.values().filter_map(|row| row.u).collect();
        match random.below(4) {
            0 if !with_u.is_empty() => {
                let u = Value::Integer(with_u[random.below(with_u.len())]);
                let new = model.next_id();
                let vector = self.shape.columns[column].stored(random);
                let sql = format!("INSERT INTO t (id, {name}, u) VALUES (?, ?, NULL), (?, ?, ?)");
                let params = vec![
                    Value::Integer(new),
                    vector.clone(),
                    Value::Integer(new + 1),
                    vector,
                    u,
                ];
                Some(Statement::new(sql, params))
            }
            1 if model.rows.len() > 1 => {
                let sql = format!("UPDATE t SET {name} = NULL, u = 5");
                Some(Statement::new(sql, Vec::new()))
            }
            2 => {
                let wrong = match bits {
                    true => Value::Bits((0..=dim).map(|at| at % 2 == 0).collect()),
                    false => Value::Vector(vec![1.0; usize::from(dim) + 1]),
                };
                let sql = format!("INSERT INTO t (topic, {name}) VALUES ('a', NULL), ('b', ?)");
                Some(Statement::new(sql, vec![wrong]))
            }
            3 => {
                let sizes: Vec<i64> = model.rows.values().filter_map(|row| row.size).collect();
                let size = sizes.get(random.below(sizes.len().max(1)))?;
                let sql = format!("UPDATE t SET size = 1 / (size - {size}), {name} = NULL");
                Some(Statement::new(sql, Vec::new()))
            }
            _ => None,
        }
    }

    /// A vector index that is made, changed or dropped; none where there is nothing to do.
    pub(super) fn of_indexes(&self, random: &mut Random, model: &mut Model) -> Option<Statement> {
        if model.indexes.is_empty() || random.one_in(3) {
            return self.create_index(random, model);
        }
        let at = random.below(model.indexes.len());
        let name = model.indexes[at].name.clone();
        let sql = match random.below(6) {
            0 | 1 => {
                model.indexes.remove(at);
                format!("DROP INDEX {name}")
            }
            2 => {
                model.named += 1;
                let new = format!("i{}", model.named);
                model.indexes[at].name.clone_from(&new);
                format!("ALTER INDEX {name} RENAME TO {new}")
            }
            3 => {
                model.indexes[at].recall = Some(0.9);
                format!("ALTER INDEX {name} SET (recall = 0.9)")
            }
            4 => {
                model.indexes[at].recall = None;
                format!("ALTER INDEX {name} RESET (recall, merge_threshold)")
            }
            _ => {
                let switch = ["on", "off"][random.below(2)];
                let rows = 1 + random.below(60);
                format!("ALTER INDEX {name} SET (auto_merge = {switch}, merge_threshold = {rows})")
            }
        };
        Some(Statement::new(sql, Vec::new()))
    }

    /// An index of a metric that the column has none of yet.
    pub(super) fn create_index(&self, random: &mut Random, model: &mut Model) -> Option<Statement> {
        let column = random.below(2);
        let operators = self.shape.columns[column].operators();
        let operator = operators[random.below(operators.len())];
        let metric = operator.metric()?;
        if model.serving(column, operator).is_some() {
            return None;
        }
        model.named += 1;
        let name = format!("i{}", model.named);
        let held = ["topic", "size", "price", "ok", "note", "kk", "u"];
        let held = held.into_iter().filter(|_| random.one_in(2));
        let filters = held.collect::<Vec<_>>().join(",");
        let recall = random.one_in(4).then_some(0.95);
        let mut options = vec![format!("metric = '{metric}'")];
        if !filters.is_empty() {
            options.push(format!("filters = '{filters}'"));
        }
        options.extend(recall.map(|recall| format!("recall = {recall}")));
        if random.one_in(3) {
            options.push("deferred = on".into());
        }
        if random.one_in(4) {
            options.push("auto_merge = off".into());
        }
        options.push(format!(
            "merge_threshold = {}",
            1 + random.below(self.shape.rows)
        ));
        let sql = format!(
            "CREATE INDEX {name} ON t USING ann ({}) WITH ({})",
            VECTORS[column],
            options.join(", ")
        );
        model.indexes.push(AnnIndex {
            name,
            column,
            operator,
            recall,
        });
        Some(Statement::new(sql, Vec::new()))
    }

    /// Folding at once, or the file made smaller: nothing that a query could see.
    pub(super) fn upkeep(random: &mut Random, model: &Model) -> Statement {
        let sql = match model.indexes.get(random.below(model.indexes.len() + 1)) {
            Some(index) if random.one_in(2) => format!("REINDEX {}", index.name),
            Some(index) => format!("CALL persist_ann_index('t', '{}')", VECTORS[index.column]),
            None => "VACUUM".into(),
        };
        Statement::new(sql, Vec::new())
    }
}

fn any_id(random: &mut Random, model: &Model) -> i64 {
    let from = random.below(model.next_id().max(1) as usize) as i64;
    let after = model.rows.range(from..).next();
    let any = after.or_else(|| model.rows.first_key_value());
    any.map_or(1, |(id, _)| *id)
}

/// Mostly the next one; now and then one of a row that was deleted.
fn free_id(random: &mut Random, model: &Model) -> i64 {
    let next = model.next_id();
    if random.one_in(4) {
        let some = 1 + random.below(next as usize) as i64;
        if !model.rows.contains_key(&some) {
            return some;
        }
    }
    next
}

/// A stretch of row ids.
fn stretch(random: &mut Random, model: &Model, most: usize) -> (i64, i64) {
    let from = any_id(random, model);
    (from, from + random.below(most) as i64)
}

fn within(model: &Model, (from, to): (i64, i64)) -> Vec<i64> {
    model.rows.range(from..=to).map(|(id, _)| *id).collect()
}

fn change(model: &mut Model, ids: &[i64], change: impl Fn(&mut Row)) {
    for id in ids {
        if let Some(row) = model.rows.get_mut(id) {
            change(Arc::make_mut(row));
        }
    }
}

fn update_scalars(random: &mut Random, model: &mut Model) -> Statement {
    let id = any_id(random, model);
    let topic = TOPICS[random.below(TOPICS.len())];
    let kk = random.below(60) as i64;
    change(model, &[id], |row| {
        row.topic = Some(topic.to_owned());
        row.kk = Some(kk);
        row.ok = row.ok.map(|ok| !ok);
    });
    let params = vec![
        Value::Text(topic.into()),
        Value::Integer(kk),
        Value::Integer(id),
    ];
    Statement::new(
        "UPDATE t SET topic = ?, kk = ?, ok = NOT ok WHERE id = ?",
        params,
    )
    .changing(1)
}

fn update_many(random: &mut Random, model: &mut Model) -> Statement {
    let (from, to) = stretch(random, model, 40);
    let condition = Condition::draw(random, model.next_id(), 1);
    let mut ids = within(model, (from, to));
    ids.retain(|id| condition.holds(*id, &model.rows[id]));
    change(model, &ids, |row| {
        row.size = row.size.map(|size| (size + 1) % 24)
    });
    let sql = format!(
        "UPDATE t SET size = (size + 1) % 24 WHERE id BETWEEN {from} AND {to} AND ({})",
        condition.sql
    );
    Statement::new(sql, Vec::new()).changing(ids.len())
}

/// A column that no index holds, unless one was made to.
fn update_aside(random: &mut Random, model: &mut Model) -> Statement {
    let (from, to) = stretch(random, model, 12);
    let note = format!("n{}", random.below(10));
    let ids = within(model, (from, to));
    change(model, &ids, |row| row.note = Some(note.clone()));
    let params = vec![Value::Text(note), Value::Integer(from), Value::Integer(to)];
    Statement::new("UPDATE t SET note = ? WHERE id BETWEEN ? AND ?", params).changing(ids.len())
}

/// Another row id for a row.
fn move_row(random: &mut Random, model: &mut Model) -> Statement {
    let (from, to) = (any_id(random, model), free_id(random, model));
    if let Some(row) = model.rows.remove(&from) {
        model.rows.insert(to, row);
    }
    let params = vec![Value::Integer(to), Value::Integer(from)];
    Statement::new("UPDATE t SET id = ? WHERE id = ?", params).changing(1)
}

fn delete(random: &mut Random, model: &mut Model, many: bool) -> Statement {
    let (from, to) = stretch(random, model, if many { 30 } else { 4 });
    let mut ids = within(model, (from, to));
    let mut sql = format!("DELETE FROM t WHERE id BETWEEN {from} AND {to}");
    if random.one_in(3) {
        let condition = Condition::draw(random, model.next_id(), 1);
        ids.retain(|id| condition.holds(*id, &model.rows[id]));
        sql = format!("{sql} AND ({})", condition.sql);
    }
    for id in &ids {
        model.rows.remove(id);
    }
    Statement::new(sql, Vec::new()).changing(ids.len())
}

/// Rows once more, under other ids.
fn copy(random: &mut Random, model: &mut Model) -> Statement {
    let (from, to) = stretch(random, model, 8);
    let by = model.next_id() - from;
    let ids = within(model, (from, to));
    for id in &ids {
        let mut row = Row::clone(&model.rows[id]);
        row.u = None;
        model.rows.insert(id + by, Arc::new(row));
    }
    let sql = format!(
        "INSERT INTO t SELECT id + {by}, topic, size, price, ok, note, kk, NULL, v, w FROM t WHERE id BETWEEN {from} AND {to}"
    );
    Statement::new(sql, Vec::new()).changing(ids.len())
}
