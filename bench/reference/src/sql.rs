//! `citadeldb-sql`: an encrypted file, prepared statements, bound vectors. The two versions have the same face.

/// Makes the module of one version.
macro_rules! version {
    ($name:ident, $db:ident, $sql:ident) => {
        pub(crate) mod $name {
            use std::fs;
            use std::path::{Path, PathBuf};
            use std::time::Instant;

            use $db::{Argon2Profile, Database, DatabaseBuilder};
            use $sql::{Connection, PreparedStatement, Value};

            use crate::rows::{DIM, Rows};
            use crate::{Answer, Ask, Built, Peer, Result};

            /// Pages of 8 KiB in the cache: room for all of the data set.
            const CACHE_PAGES: usize = 65_536;

            /// An open file. It is never closed: a connection borrows its database.
            struct Reference {
                connection: Option<Connection<'static>>,
                path: PathBuf,
            }

            pub(crate) fn peer() -> Box<dyn Peer> {
                Box::new(Reference {
                    connection: None,
                    path: PathBuf::new(),
                })
            }

            fn builder(path: &Path) -> DatabaseBuilder {
                DatabaseBuilder::new(path)
                    .passphrase(b"benchmark")
                    .argon2_profile(Argon2Profile::Iot)
                    .cache_size(CACHE_PAGES)
            }

            fn select(filter: &str) -> String {
                let condition = match filter {
                    "f1_ownsection" => " WHERE section = $2",
                    "f2_optional_small" => " WHERE priority = 'optional' AND installed_size < 200",
                    "f3_rare" => " WHERE section IN ('xfce', 'gnustep')",
                    _ => "",
                };
                format!("SELECT id FROM pkgs{condition} ORDER BY emb <-> $1 LIMIT 10")
            }

            fn parameters(rows: &Rows, filter: &str, query: usize) -> Vec<Value> {
                let query = &rows.queries[query];
                let mut values = vec![Value::Vector(query.vector.clone())];
                if filter == "f1_ownsection" {
                    values.push(Value::Text(query.section.as_str().into()));
                }
                values
            }

            fn ask(select: &PreparedStatement<'_, '_>, values: &[Value]) -> Result<Answer> {
                let mut rows = select.query(values)?;
                let mut answer = Answer::new();
                while let Some(row) = rows.next()? {
                    match row.get(0) {
                        Some(Value::Integer(id)) => answer.push(*id),
                        other => return Err(format!("not an id: {other:?}").into()),
                    }
                }
                Ok(answer)
            }

            impl Reference {
                fn connection(&self) -> Result<&Connection<'static>> {
                    Ok(self.connection.as_ref().ok_or("not built")?)
                }
            }

            impl Peer for Reference {
                fn build(&mut self, rows: &Rows, folder: &Path) -> Result<Built> {
                    self.path = folder.join("reference.db");
                    let db: &'static Database = Box::leak(Box::new(builder(&self.path).create()?));
                    let connection = Connection::open(db)?;
                    connection.execute(&format!(
                        "CREATE TABLE pkgs (id INTEGER PRIMARY KEY, section TEXT, priority TEXT, installed_size INTEGER, emb VECTOR({DIM}))"
                    ))?;
                    let start = Instant::now();
                    connection.execute("BEGIN")?;
                    {
                        let insert =
                            connection.prepare("INSERT INTO pkgs VALUES ($1, $2, $3, $4, $5)")?;
                        for (row, attributes) in rows.attributes.iter().enumerate() {
                            insert.execute(&[
                                Value::Integer(row as i64),
                                Value::Text(attributes.section.as_str().into()),
                                Value::Text(attributes.priority.as_str().into()),
                                Value::Integer(attributes.installed_size),
                                Value::Vector(rows.vector(row).into()),
                            ])?;
                        }
                    }
                    connection.execute("COMMIT")?;
                    let load_seconds = Some(start.elapsed().as_secs_f64());
                    let start = Instant::now();
                    connection.execute(
                        "CREATE INDEX pkgs_emb ON pkgs USING ann (emb) WITH (metric = 'l2', filters = 'section,priority')",
                    )?;
                    connection.persist_ann_index("pkgs", "emb")?;
                    // The first query reads what was stored.
                    ask(&connection.prepare(&select(""))?, &parameters(rows, "", 0))?;
                    let seconds = start.elapsed().as_secs_f64();
                    self.connection = Some(connection);
                    Ok(Built {
                        load_seconds,
                        seconds,
                        file_bytes: Some(fs::metadata(&self.path)?.len()),
                    })
                }

                /// One cannot be told to leave the index.
                fn settings(&self, filter: &str) -> Vec<String> {
                    match filter {
                        "exact" => Vec::new(),
                        _ => vec!["fixed".into()],
                    }
                }

                fn query(&mut self, rows: &Rows, round: &Ask<'_>) -> Result<(f64, Vec<Answer>)> {
                    let select = self.connection()?.prepare(&select(round.filter))?;
                    let values: Vec<Vec<Value>> = (round.from..round.from + round.count)
                        .map(|query| parameters(rows, round.filter, query))
                        .collect();
                    let start = Instant::now();
                    let answers = values.iter().map(|values| ask(&select, values));
                    let answers = answers.collect::<Result<Vec<Answer>>>()?;
                    Ok((start.elapsed().as_secs_f64(), answers))
                }

                fn update(&mut self, rows: &Rows) -> Result<Option<(f64, f64)>> {
                    let connection = self.connection()?;
                    let select = connection.prepare(&select(""))?;
                    let mut before = Vec::new();
                    for query in 0..5 {
                        let start = Instant::now();
                        ask(&select, &parameters(rows, "", query))?;
                        before.push(start.elapsed().as_secs_f64() * 1_000.0);
                    }
                    before.sort_by(f64::total_cmp);
                    let values = [Value::Integer(7), Value::Vector(rows.queries[9].vector.clone())];
                    connection.execute_params("UPDATE pkgs SET emb = $2 WHERE id = $1", &values)?;
                    let start = Instant::now();
                    let answer = ask(&select, &parameters(rows, "", 9))?;
                    let after = start.elapsed().as_secs_f64() * 1_000.0;
                    if !answer.contains(&7) {
                        return Err("the first answer after an update did not know of it".into());
                    }
                    Ok(Some((before[2], after)))
                }

                /// A copy is opened: the file itself is in use.
                fn open(&mut self, rows: &Rows) -> Result<Option<f64>> {
                    let folder = self.path.with_extension("copy");
                    fs::create_dir_all(&folder)?;
                    for entry in fs::read_dir(self.path.parent().ok_or("no folder")?)? {
                        let entry = entry?;
                        if entry.file_type()?.is_file() {
                            fs::copy(entry.path(), folder.join(entry.file_name()))?;
                        }
                    }
                    let path = folder.join(self.path.file_name().ok_or("no name")?);
                    let start = Instant::now();
                    let db = builder(&path).open()?;
                    let connection = Connection::open(&db)?;
                    ask(&connection.prepare(&select(""))?, &parameters(rows, "", 0))?;
                    let seconds = start.elapsed().as_secs_f64();
                    drop(connection);
                    drop(db);
                    fs::remove_dir_all(&folder)?;
                    Ok(Some(seconds * 1_000.0))
                }
            }
        }
    };
}

version!(v1, db_1, sql_1);
version!(v2, db_2, sql_2);
