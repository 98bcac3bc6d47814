//! A server of the Iceberg REST protocol, in memory, on a port of this machine.
//!
//! What it does with requirements and updates is what the crate `iceberg` does with them, so that it judges by the specification and not by
//! the code that is tried. It writes metadata files into the folder of the table, as servers do. What becomes of each commit is told by a
//! plan, as of the writes of `support::fault`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use iceberg::spec::{
    FormatVersion, Schema, SortOrder, TableMetadata, TableMetadataBuilder, UnboundPartitionSpec,
};
use iceberg::{TableRequirement, TableUpdate};
use serde_json::{Value, json};
use uuid::Uuid;

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Done,
    /// 500, and nothing is done.
    Refused,
    /// It is done, and the connection ends without an answer.
    Unanswered,
    /// It is done, and 504 is the answer.
    TimedOut,
    /// 503, and so is the answer to all else until there is another plan.
    Down,
    /// It is done, and then sent once more by whoever stands between: the answer is that of the second time.
    Twice,
}

type Plan = dyn Fn(usize) -> Fate + Send + Sync;

/// The server. Its thread ends with the process.
pub(crate) struct Server {
    shared: Arc<Shared>,
    port: u16,
}

struct Shared {
    tables: Mutex<BTreeMap<String, Table>>,
    namespaces: Mutex<Vec<String>>,
    commits: AtomicUsize,
    conflicts: AtomicUsize,
    plan: Mutex<Arc<Plan>>,
    is_down: AtomicBool,
    /// Added to the field ids of a new table.
    shift: i64,
    token: Option<&'static str>,
}

#[derive(Clone)]
struct Table {
    location: String,
    metadata: TableMetadata,
    number: usize,
}

struct Answer(u16, Value);

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(0, None)
    }

    /// A server that gives other field ids than it is sent, and wants a token.
    pub(crate) fn start_with(shift: i64, token: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            tables: Mutex::default(),
            namespaces: Mutex::default(),
            commits: AtomicUsize::new(0),
            conflicts: AtomicUsize::new(0),
            plan: Mutex::new(Arc::new(|_| Fate::Done)),
            is_down: AtomicBool::new(false),
            shift,
            token,
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        Self { shared, port }
    }

    pub(crate) fn uri(&self) -> String {
        format!("http://127.0.0.1:{}/catalog/", self.port)
    }

    /// Numbers commits from nought again, and lets them meet these fates.
    pub(crate) fn plan(&self, plan: impl Fn(usize) -> Fate + Send + Sync + 'static) {
        self.shared.commits.store(0, Ordering::SeqCst);
        self.shared.is_down.store(false, Ordering::SeqCst);
        *self.shared.plan.lock().unwrap() = Arc::new(plan);
    }

    /// Commits that came since the plan was made.
    pub(crate) fn commits(&self) -> usize {
        self.shared.commits.load(Ordering::SeqCst)
    }

    /// Commits that were refused because somebody else was faster.
    pub(crate) fn conflicts(&self) -> usize {
        self.shared.conflicts.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some((head, body)) = read_request(&mut reader) {
            let Some(Answer(status, body)) = self.answer(&head, &body) else {
                return;
            };
            let body = match body {
                Value::Null => String::new(),
                body => body.to_string(),
            };
            let written = write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if written.is_err() {
                return;
            }
        }
    }

    /// The answer; `None`: the connection ends.
    fn answer(&self, head: &[String], body: &[u8]) -> Option<Answer> {
        let mut words = head[0].split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        if let Some(token) = self.token {
            let wanted = format!("authorization: Bearer {token}");
            if !head.iter().any(|line| line.eq_ignore_ascii_case(&wanted)) {
                return Some(refused(401, "NotAuthorizedException", "no token"));
            }
        }
        if self.is_down.load(Ordering::SeqCst) {
            return Some(down());
        }
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        let parts = path.trim_start_matches("/catalog/v1/").split('/');
        let parts: Vec<String> = parts.map(unescaped).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let body: Value = match body {
            [] => Value::Null,
            body => serde_json::from_slice(body).unwrap(),
        };
        Some(match (method, parts.as_slice()) {
            ("GET", ["config"]) => Answer(
                200,
                json!({ "defaults": { "prefix": "no" }, "overrides": { "prefix": "a/b" } }),
            ),
            ("POST", ["a", "b", "namespaces"]) => self.make_namespace(&body),
            ("POST", ["a", "b", "namespaces", namespace, "tables"]) => {
                return self.faulty(|| self.make_table(namespace, &body));
            }
            ("GET", ["a", "b", "namespaces", namespace, "tables", name]) => {
                match self
                    .tables
                    .lock()
                    .unwrap()
                    .get(&format!("{namespace}/{name}"))
                {
                    Some(table) => table.answer(),
                    None => no_table(),
                }
            }
            ("POST", ["a", "b", "namespaces", namespace, "tables", name]) => {
                let name = format!("{namespace}/{name}");
                return self.faulty(|| self.commit(&name, &body));
            }
            ("DELETE", ["a", "b", "namespaces", namespace, "tables", name]) => {
                let name = format!("{namespace}/{name}");
                match self.tables.lock().unwrap().remove(&name) {
                    Some(_) => Answer(204, Value::Null),
                    None => no_table(),
                }
            }
            _ => refused(400, "BadRequestException", &format!("{method} {path}")),
        })
    }

    fn faulty(&self, run: impl Fn() -> Answer) -> Option<Answer> {
        let number = self.commits.fetch_add(1, Ordering::SeqCst);
        let plan = Arc::clone(&self.plan.lock().unwrap());
        match plan(number) {
            Fate::Done => Some(run()),
            Fate::Refused => Some(refused(500, "InternalServerError", "out of order")),
            Fate::Down => {
                self.is_down.store(true, Ordering::SeqCst);
                Some(down())
            }
            Fate::Unanswered => {
                run();
                None
            }
            Fate::TimedOut => {
                run();
                Some(refused(504, "GatewayTimeout", "too late"))
            }
            Fate::Twice => {
                run();
                Some(run())
            }
        }
    }

    fn make_namespace(&self, body: &Value) -> Answer {
        let levels = body["namespace"].as_array().unwrap().iter();
        let levels: Vec<&str> = levels.map(|level| level.as_str().unwrap()).collect();
        let name = levels.join("\u{1f}");
        let mut known = self.namespaces.lock().unwrap();
        if known.contains(&name) {
            return refused(409, "AlreadyExistsException", "it is there");
        }
        known.push(name);
        Answer(200, body.clone())
    }

    fn make_table(&self, namespace: &str, body: &Value) -> Answer {
        if !self
            .namespaces
            .lock()
            .unwrap()
            .iter()
            .any(|known| known == namespace)
        {
            return refused(404, "NoSuchNamespaceException", namespace);
        }
        let name = format!("{namespace}/{}", body["name"].as_str().unwrap());
        let mut tables = self.tables.lock().unwrap();
        if tables.contains_key(&name) {
            return refused(409, "AlreadyExistsException", &name);
        }
        let schema: Schema = serde_json::from_value(body["schema"].clone()).unwrap();
        let spec: UnboundPartitionSpec =
            serde_json::from_value(body["partition-spec"].clone()).unwrap();
        let mut properties: std::collections::HashMap<String, String> =
            serde_json::from_value(body["properties"].clone()).unwrap();
        assert_eq!(properties.remove("format-version").as_deref(), Some("2"));
        let location = body["location"].as_str().unwrap().to_owned();
        let order = SortOrder::unsorted_order();
        let format = FormatVersion::V2;
        let builder =
            TableMetadataBuilder::new(schema, spec, order, location.clone(), format, properties);
        let metadata = builder.unwrap().build().unwrap().metadata;
        let mut text = serde_json::to_value(&metadata).unwrap();
        shift_ids(&mut text, self.shift);
        let table = Table {
            location: String::new(),
            metadata: serde_json::from_value(text).unwrap(),
            number: 0,
        }
        .written(&location);
        let answer = table.answer();
        tables.insert(name, table);
        answer
    }

    fn commit(&self, name: &str, body: &Value) -> Answer {
        let mut tables = self.tables.lock().unwrap();
        let Some(table) = tables.get_mut(name) else {
            return no_table();
        };
        let requirements: Vec<TableRequirement> =
            serde_json::from_value(body["requirements"].clone()).unwrap();
        for requirement in &requirements {
            if let Err(error) = requirement.check(Some(&table.metadata)) {
                self.conflicts.fetch_add(1, Ordering::SeqCst);
                return refused(409, "CommitFailedException", &error.to_string());
            }
        }
        let updates: Vec<TableUpdate> = serde_json::from_value(body["updates"].clone()).unwrap();
        let before = Some(table.location.clone());
        let builder = table.metadata.clone().into_builder(before);
        let built = updates
            .into_iter()
            .try_fold(builder, |builder, update| update.apply(builder))
            .and_then(TableMetadataBuilder::build);
        match built {
            Err(error) => refused(400, "ValidationException", &error.to_string()),
            Ok(built) => {
                let next = Table {
                    metadata: built.metadata,
                    number: table.number + 1,
                    location: String::new(),
                };
                let root = table.metadata.location().to_owned();
                *table = next.written(&root);
                table.answer()
            }
        }
    }
}

impl Table {
    /// The table, with its metadata in the file that it is to be found in.
    fn written(mut self, root: &str) -> Self {
        let name = format!("{:05}-{}.metadata.json", self.number, Uuid::new_v4());
        self.location = format!("{root}/metadata/{name}");
        let path = PathBuf::from(self.location.strip_prefix("file://").unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, serde_json::to_vec(&self.metadata).unwrap()).unwrap();
        self
    }

    fn answer(&self) -> Answer {
        let body = json!({
            "metadata-location": self.location,
            "metadata": self.metadata,
            "config": {},
        });
        Answer(200, body)
    }
}

fn refused(status: u16, kind: &str, message: &str) -> Answer {
    let error = json!({ "message": message, "type": kind, "code": status });
    Answer(status, json!({ "error": error }))
}

fn down() -> Answer {
    refused(503, "ServiceUnavailableException", "come back later")
}

fn no_table() -> Answer {
    refused(404, "NoSuchTableException", "no such table")
}

/// Adds to all field ids in the text of table metadata.
fn shift_ids(text: &mut Value, shift: i64) {
    match text {
        Value::Array(parts) => parts.iter_mut().for_each(|part| shift_ids(part, shift)),
        Value::Object(parts) => {
            let is_field = parts.contains_key("required");
            for (key, value) in parts {
                let is_id = match key.as_str() {
                    "id" => is_field,
                    "element-id" | "key-id" | "value-id" | "source-id" | "last-column-id" => true,
                    _ => false,
                };
                match value.as_i64() {
                    Some(id) if is_id => *value = json!(id + shift),
                    _ => shift_ids(value, shift),
                }
            }
        }
        _ => {}
    }
}

/// A part of a path as it was before it was escaped.
fn unescaped(part: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), part.as_bytes());
    while let [first, more @ ..] = rest {
        rest = match (first, more) {
            (b'%', [high, low, more @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                more
            }
            _ => {
                bytes.push(*first);
                more
            }
        };
    }
    String::from_utf8(bytes).unwrap()
}

/// The lines of a request's head, the first one first, and its body.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(Vec<String>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}
