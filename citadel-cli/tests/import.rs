//! `.import`: all rows of a file, typed by the columns of their table, or none.

mod common;

use common::{Run, Shell};

const MAKE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'none', size REAL, ok BOOLEAN, body BLOB, v VECTOR(2))";

fn made() -> Shell {
    let shell = Shell::on_file();
    let run = shell.args(&[MAKE]).run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    shell
}

/// Imports a text under a name.
fn import(shell: &Shell, name: &str, text: &str, options: &str) -> Run {
    let path = shell.beside(name);
    std::fs::write(&path, text).unwrap();
    shell
        .stdin(&format!(".import {options} '{}' t\n", path.display()))
        .run()
}

fn rows(shell: &Shell) -> String {
    shell
        .stdin(".mode quote\n.headers off\nSELECT * FROM t ORDER BY id;\n")
        .run()
        .stdout
}

#[test]
fn csv_is_typed_by_the_columns_that_its_header_names() {
    let shell = made();
    let text = "ID,name,v,size,ok,body\n\
                1,\"a, \"\"b\"\"\nc\",\"[1,2]\",0.5,true,00ff\n\
                2,\"\",,,,\r\n";
    let run = import(&shell, "rows.csv", text, "");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let expected = "1,'a, \"b\"\nc',0.5,TRUE,x'00ff','[1,2]'\n2,'',NULL,NULL,NULL,NULL\n";
    assert_eq!(rows(&shell).to_lowercase(), expected.to_lowercase());
}

#[test]
fn what_the_shell_writes_it_reads() {
    let shell = made();
    let fill = "INSERT INTO t VALUES (1, 'it''s', -2.5, FALSE, x'ab', '[0.5,-1]'), (2, 'é\n\"', NULL, NULL, x'', NULL)";
    assert_eq!(shell.args(&[fill]).run().code, 0);
    let before = rows(&shell);
    for (mode, name) in [("csv", "a.csv"), ("tsv", "a.tsv"), ("jsonl", "a.jsonl")] {
        let file = shell.beside(name);
        let file = file.display();
        let script = format!(
            ".mode {mode}\n.once '{file}'\nSELECT * FROM t ORDER BY id;\nDELETE FROM t;\n.import '{file}' t\n"
        );
        let run = shell.stdin(&script).run();
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (0, ""),
            "{mode}: {}",
            run.stderr
        );
        assert_eq!(rows(&shell), before, "{mode}");
    }
}

#[test]
fn a_file_without_a_header_has_all_columns_in_order() {
    let shell = made();
    let run = import(
        &shell,
        "rows.tsv",
        "7\tseven\t\\N\t\\N\t\\N\t\\N\n",
        "--no-header",
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(rows(&shell), "7,'seven',NULL,NULL,NULL,NULL\n");
}

#[test]
fn json_lines_name_their_columns_each() {
    let shell = made();
    let text = "{\"id\": 9007199254740993, \"v\": [1, 2.5], \"ok\": true}\n\n\
                {\"name\": \"b\\u00e9\", \"size\": 1e3, \"body\": \"0a\", \"v\": null}\n";
    let run = import(&shell, "rows.jsonl", text, "");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let rows = rows(&shell);
    assert!(
        rows.contains("9007199254740993,'none',NULL,TRUE,NULL,"),
        "{rows}"
    );
    assert!(rows.contains("'bé'") && rows.contains("1000"), "{rows}");
}

#[test]
fn an_error_tells_the_line_and_nothing_is_imported() {
    let shell = made();
    let good = "id,name,size\n1,a,1\n\"2\",\"two\nlines\",2\n";
    for (name, text, line, what) in [
        ("a.csv", format!("{good}x,b,3\n"), 5, "INTEGER"),
        ("b.csv", format!("{good}1,b,3\n"), 5, "t"),
        ("c.csv", format!("{good}3,b\n"), 5, "2 values for 3 columns"),
        ("d.csv", format!("{good}3,,1\n"), 5, "name"),
        ("e.csv", format!("{good}3,\"b,1\n"), 5, "quotation"),
        ("f.csv", "id,nome\n1,a\n".to_owned(), 1, "nome"),
        ("g.csv", "id,ID\n1,2\n".to_owned(), 1, "twice"),
        ("h.csv", "id,body\n1,0a\n2,0\n".to_owned(), 3, "hexadecimal"),
        ("i.csv", "id,v\n1,\"[1,2]\"\n2,\"[1]\"\n".to_owned(), 3, "2"),
        (
            "j.jsonl",
            "{\"id\":1}\n[1]\n".to_owned(),
            2,
            "an object is wanted",
        ),
        ("k.jsonl", "{\"id\":1}\n{\"id\":2.5}\n".to_owned(), 2, "2.5"),
        (
            "l.jsonl",
            "{\"id\":1}\n{\"id\"}\n".to_owned(),
            2,
            "not JSON",
        ),
        ("m.jsonl", "{\"name\":[1]}\n".to_owned(), 1, "TEXT"),
    ] {
        let run = import(&shell, name, &text, "");
        assert_eq!(run.code, 1, "{name}: {}", run.stderr);
        assert!(
            run.stderr.contains(&format!("{name}:{line}: ")),
            "{name}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(what), "{name}: {}", run.stderr);
        assert_eq!(rows(&shell), "", "{name}");
    }
}

#[test]
fn a_transaction_a_missing_table_and_a_missing_file_are_refused() {
    let shell = made();
    std::fs::write(shell.beside("a.csv"), "id\n1\n").unwrap();
    assert_eq!(shell.stdin("BEGIN;\n.import a.csv t\n").run().code, 2);
    assert_eq!(shell.stdin(".import a.csv nothing\n").run().code, 2);
    assert_eq!(shell.stdin(".import b.csv t\n").run().code, 1);
    assert_eq!(shell.stdin(".import --what a.csv t\n").run().code, 2);
}
