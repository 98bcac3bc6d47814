//! Keeping databases from the shell: subcommands and dot-commands.

mod common;

use std::io::{BufRead, BufReader, Write};

use common::{Shell, raw_key};

const MAKE: &str = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, v VECTOR(2)); \
    CREATE INDEX t_b ON t (b); \
    INSERT INTO t VALUES (1, 'it''s', '[1,2]'), (2, NULL, NULL), (3, '', '[0.5,-1]')";

fn made() -> Shell {
    let shell = Shell::on_file();
    let run = shell.args(&[MAKE]).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    shell
}

fn rows(shell: &Shell, file: &str) -> String {
    let key = shell.beside("key.txt");
    std::fs::write(&key, raw_key(0x11)).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_citadel"));
    command.arg(file).arg("--key-file").arg(&key);
    command.args(["--must-exist", "--csv", "SELECT a, b FROM t ORDER BY a"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn backup_vacuum_and_salvage_make_databases() {
    let shell = made();
    let expected = rows(&shell, shell.file().to_str().unwrap());
    for command in ["backup", "vacuum", "salvage"] {
        let copy = shell.beside(command);
        let copy = copy.to_str().unwrap();
        let run = shell.command(command).args(&[copy]).run();
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
        assert!(!run.stdout.is_empty());
        assert_eq!(rows(&shell, copy), expected, "{command}");
        let again = shell.command(command).args(&[copy]).run();
        assert_ne!(again.code, 0, "{command}: nothing is written over");
        assert!(again.stderr.contains("already exists"), "{}", again.stderr);
    }
    assert_eq!(shell.command("vacuum").run().code, 0);
    assert_eq!(shell.command("check").run().code, 0);
    let space = shell.command("space").run();
    assert!(space.stdout.contains("t_b"), "{}", space.stdout);
}

#[test]
fn dot_commands_do_the_same() {
    let shell = made();
    let copy = shell.beside("copy");
    let compact = shell.beside("compact");
    let script = format!(
        ".backup '{}'\n.vacuum '{}'\n.vacuum\n.check\n.space\n.keys\n",
        copy.display(),
        compact.display()
    );
    let run = shell.stdin(&script).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    for expected in ["read back", "pages before", "ok: ", "t_b", "slot 0"] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    let help = shell.stdin(".help\n").run();
    for command in [".backup", ".dump", ".keys", ".rekey", ".space", ".vacuum"] {
        assert!(help.stdout.contains(command), "{command}");
    }
}

#[test]
fn a_dump_makes_the_same_database() {
    let shell = made();
    let dump = shell.stdin(".dump\n").run();
    assert_eq!(dump.code, 0, "{}", dump.stderr);
    let other = Shell::on_file();
    let load = other.stdin(&dump.stdout).run();
    assert_eq!(load.code, 0, "{}", load.stderr);
    assert_eq!(other.stdin(".dump\n").run().stdout, dump.stdout);
    assert!(dump.stdout.contains("'it''s'"), "{}", dump.stdout);
}

#[test]
fn a_dump_keeps_sequences_and_foreign_keys() {
    let shell = Shell::on_file();
    let script = "CREATE SEQUENCE s START 7;
        CREATE TABLE a (id SERIAL PRIMARY KEY, b INTEGER, n INTEGER DEFAULT nextval('s'));
        CREATE TABLE b (id INTEGER GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY, a INTEGER REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b ON DELETE SET NULL;
        INSERT INTO a (b) VALUES (NULL), (NULL);
        INSERT INTO b (a) VALUES (1), (2);
        UPDATE a SET b = 101 WHERE id = 1;
        CREATE TABLE made (at TIMESTAMPTZ DEFAULT now());\n";
    let made = shell.stdin(script).run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    let dump = shell.stdin(".dump\n").run();
    let other = Shell::on_file();
    let load = other.stdin(&dump.stdout).run();
    assert_eq!(load.code, 0, "{}\n{}", load.stderr, dump.stdout);
    assert_eq!(other.stdin(".dump\n").run().stdout, dump.stdout);
    let next = "INSERT INTO b (a) VALUES (9) RETURNING id;\n";
    assert_ne!(other.stdin(next).run().code, 0);
    let next = "INSERT INTO a (b) VALUES (100) RETURNING id * 1000 + n;\n";
    assert!(other.stdin(next).run().stdout.contains("3009"));
}

#[test]
fn a_dump_keeps_types_and_arrays() {
    let shell = Shell::on_file();
    let script = "CREATE TYPE none AS ENUM ('a');
        CREATE TYPE \"How it is\" AS ENUM ('sad', 'it''s ok');
        CREATE TABLE p (id INTEGER PRIMARY KEY, m \"How it is\" DEFAULT 'sad', past \"How it is\"[], n INTEGER[]);
        INSERT INTO p VALUES (1, 'it''s ok', '{sad,NULL}', '[0:1]={1,NULL}'), (2, NULL, NULL, '{{1},{2}}');
        CREATE TABLE q (id INTEGER PRIMARY KEY);\n";
    let made = shell.stdin(script).run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    let dump = shell.stdin(".dump\n").run();
    let other = Shell::on_file();
    let load = other.stdin(&dump.stdout).run();
    assert_eq!(load.code, 0, "{}\n{}", load.stderr, dump.stdout);
    assert_eq!(other.stdin(".dump\n").run().stdout, dump.stdout);
    let (p, q) = (
        shell.stdin(".schema p\n").run().stdout,
        shell.stdin(".dump q\n").run().stdout,
    );
    assert!(p.starts_with("CREATE TYPE \"How it is\""), "{p}");
    assert!(!q.contains("CREATE TYPE"), "{q}");
}

#[test]
fn a_dump_keeps_domains_materialized_views_and_what_autoincrement_has_given() {
    let shell = Shell::on_file();
    let script = "CREATE DOMAIN price AS NUMERIC(8, 2) DEFAULT 1 NOT NULL CHECK (VALUE >= 0);
        CREATE DOMAIN \"Low price\" AS price CONSTRAINT low CHECK (VALUE < 100);
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, p \"Low price\", l price[]);
        CREATE TABLE none (id INTEGER CONSTRAINT c PRIMARY KEY AUTOINCREMENT);
        INSERT INTO t (p) VALUES (1), (2), (3);
        DELETE FROM t WHERE id > 1;
        CREATE VIEW v AS SELECT id, p FROM t;
        CREATE MATERIALIZED VIEW m AS SELECT p, count(*) AS n FROM v GROUP BY p;
        CREATE UNIQUE INDEX m_p ON m (p);
        CREATE VIEW over AS SELECT n FROM m;
        CREATE MATERIALIZED VIEW empty (a) AS SELECT n FROM over -- nothing
        WITH NO DATA;
        COMMENT ON TABLE t IS 'it''s a table';
        COMMENT ON COLUMN t.p IS 'low';
        COMMENT ON MATERIALIZED VIEW m IS 'kept';
        COMMENT ON DOMAIN price IS 'money';\n";
    let made = shell.stdin(script).run();
    assert_eq!(made.code, 0, "{}", made.stderr);
    let dump = shell.stdin(".dump\n").run();
    let other = Shell::on_file();
    let load = other.stdin(&dump.stdout).run();
    assert_eq!(load.code, 0, "{}\n{}", load.stderr, dump.stdout);
    assert_eq!(other.stdin(".dump\n").run().stdout, dump.stdout);
    let next = "INSERT INTO t (p) VALUES (5) RETURNING id;\nSELECT n * 1000 FROM over;\n";
    let run = other.stdin(next).run();
    assert!(run.stdout.contains('4'), "{}", run.stdout);
    assert!(run.stdout.contains("1000"), "{}", run.stdout);
    for refused in [
        "INSERT INTO t (p) VALUES (100);\n",
        "SELECT * FROM empty;\n",
    ] {
        assert_ne!(other.stdin(refused).run().code, 0, "{refused}");
    }
}

#[test]
fn keys_are_changed_and_a_rekey_leaves_the_new_one() {
    let shell = made();
    let file = |name: &str, byte: u8| {
        let path = shell.beside(name);
        std::fs::write(&path, raw_key(byte)).unwrap();
        path.display().to_string()
    };
    let second = file("second", 0x22);
    let run = shell.command("keys").args(&["add", &second]).run();
    assert_eq!(run.stdout, "added as slot 1\n", "{}", run.stderr);
    let opens = |byte: u8| shell.key(&raw_key(byte)).args(&["SELECT 1"]).run().code;
    assert_eq!((opens(0x11), opens(0x22), opens(0x33)), (0, 0, 4));
    let run = shell.command("keys").args(&["remove", "1"]).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(opens(0x22), 4);
    let third = file("third", 0x33);
    let run = shell
        .command("rekey")
        .args(&["--new-key-file", &third])
        .run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!((opens(0x11), opens(0x33)), (4, 0));
    let check = shell.key(&raw_key(0x33)).command("check").run();
    assert_eq!(check.code, 0, "{}", check.stdout);
}

#[test]
fn a_killed_writer_and_a_dead_reader_leave_nothing_behind() {
    let shell = made();
    // Each process holds the file open: the writer inside of a transaction, the readers between statements.
    let start = |args: &[&str], script: &str| {
        let mut child = shell.args(args).to_command().spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        (child, stdin, line)
    };
    let ready = ".print ready\n.output stdout\n";
    let reads = format!("SELECT COUNT(*) FROM t;\n{ready}");
    let (mut reader, _in_reader, line) = start(&["--readonly"], &reads);
    assert!(!line.is_empty());
    let writes = format!("BEGIN; INSERT INTO t VALUES (9, 'lost', NULL);\n{ready}");
    let (mut writer, _in_writer, line) = start(&[], &writes);
    assert_eq!(line, "ready\n");
    let locked = shell.args(&["--busy-timeout", "10", "SELECT 1"]).run();
    assert_eq!(locked.code, 3, "{}", locked.stderr);
    let follower = shell
        .args(&["--readonly", "SELECT COUNT(*) AS n FROM t"])
        .run();
    assert_eq!(follower.stdout, "n\n3\n", "{}", follower.stderr);
    reader.kill().unwrap();
    writer.kill().unwrap();
    reader.wait().unwrap();
    writer.wait().unwrap();
    let after = shell
        .args(&["INSERT INTO t VALUES (4, 'kept', NULL); SELECT COUNT(*) AS n FROM t"])
        .run();
    assert_eq!(after.stdout, "n\n4\n", "{}", after.stderr);
    assert_eq!(shell.command("check").run().code, 0);
    let names: Vec<_> = std::fs::read_dir(shell.file().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
}
