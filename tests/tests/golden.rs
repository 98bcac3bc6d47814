//! Golden scripts: what every statement gives is written beside it. `UPDATE=1 cargo test -p citadel-tests --test golden`
//! accepts what they give now.

use std::fs;
use std::path::{Path, PathBuf};

use citadel_tests::golden::replay;

fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    paths.sort();
    paths
}

/// The first lines that differ.
fn difference(expected: &str, found: &str) -> String {
    let at = expected
        .lines()
        .zip(found.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let from = |text: &str| {
        text.lines()
            .skip(at.saturating_sub(2))
            .take(8)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!(
        "line {}\nexpected:\n{}\nfound:\n{}",
        at + 1,
        from(expected),
        from(found)
    )
}

#[test]
fn every_script_gives_what_it_says() {
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let scripts = scripts();
    assert!(scripts.len() > 10);
    let mut failures = Vec::new();
    for path in scripts {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = fs::read_to_string(&path).unwrap();
        let found = replay(&expected, 8192);
        if found != expected {
            if update {
                fs::write(&path, &found).unwrap();
            } else {
                failures.push(format!("{name}, {}", difference(&expected, &found)));
            }
        }
        // The same at the smallest pages, where little data makes deep trees.
        let small = replay(&found, 512);
        if small != found {
            failures.push(format!(
                "{name} at 512-byte pages, {}",
                difference(&found, &small)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
