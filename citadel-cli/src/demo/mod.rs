//! `citadel demo`: a guided tour over a small real data set.
//!
//! ```text
//! place: a free file, a key ─► load: table and rows ─► questions asked exactly ─► index ─► asked again, compared
//!   ─► filters ─► a row written and found at once ─► fold ─► reopen, asked again ─► how to go on
//! ```

mod load;
mod place;
mod questions;
mod sample;
mod telling;

use std::path::PathBuf;
use std::time::Instant;

use citadel_sql::{Connection, params};

use crate::args::KeyArgs;
use crate::exit::{Failure, Outcome};

use place::Place;
use questions::{Answers, Filter};
use sample::Sample;
use telling::{bytes, duration, heading, say};

/// Questions whose answers are shown.
const SHOWN: [usize; 3] = [0, 1, 3];

/// The package that the tour adds and takes away again.
const ADDED: &str = "my-pony-racer";

/// Takes the tour. Nothing that exists is touched.
pub(crate) fn run(file: Option<PathBuf>, key: &KeyArgs) -> Outcome<()> {
    let sample = Sample::read().map_err(Failure::Usage)?;
    let place = Place::find(file, key)?;

    heading("One encrypted file")?;
    let begun = Instant::now();
    let mut db = place.create()?;
    say(&format!(
        "{} is new, and made in {}. Each of its pages is sealed with AES-256-GCM.",
        place.name(),
        duration(begun.elapsed())
    ))?;
    load::load(&mut db, &sample)?;

    heading("Search by meaning, exactly")?;
    say(
        "25 questions are asked, each as the vector that a language model gave for it. What is found need not hold any of its words.",
    )?;
    let exact = Answers::ask_all(&db, &sample, &Filter::none())?;
    for &at in &SHOWN {
        questions::show(&db, &sample, at, &Filter::none())?;
    }

    heading("The vector index")?;
    load::build_index(&db)?;
    let quick = Answers::ask_all(&db, &sample, &Filter::none())?;
    questions::compare(&exact, &quick)?;
    questions::explain(&db, &sample, SHOWN[0], &Filter::none())?;

    heading("The same with filters")?;
    say(
        "A filter narrows the search itself: the nearest rows that pass it are found, and always as many as asked for.",
    )?;
    questions::show(&db, &sample, 1, &Filter::section("video"))?;
    let filters = [
        Filter::section("video"),
        Filter::larger_than(20_000),
        Filter::section_smaller_than("utils", 100),
        Filter::named("python3-"),
    ];
    questions::compare_filtered(&db, &sample, &filters)?;
    questions::explain(&db, &sample, 3, &filters[2])?;

    heading("Written now, found now")?;
    write_and_find(&db, &sample)?;

    heading("Closed and opened again")?;
    drop(db);
    look_for_text(&place, &sample)?;
    reopen(&place, &sample)?;

    heading("Now you")?;
    say(&place.how_to_open())
}

/// A row is in the very next answer, and a deleted one is not; then the index is folded.
fn write_and_find(db: &Connection, sample: &Sample) -> Outcome<()> {
    let question = &sample.questions[SHOWN[0]];
    db.execute(
        "INSERT INTO packages (package, section, installed_size, description, emb) VALUES (?, 'games', 42, ?, ?)",
        params![ADDED, question.text, question.vector],
    )?;
    let begun = Instant::now();
    let best = questions::best(db, &question.vector)?;
    say(&format!(
        "INSERT of \"{ADDED}\", then the first question again: the best answer is {best}, after {}.",
        duration(begun.elapsed())
    ))?;
    db.execute("DELETE FROM packages WHERE package = ?", [ADDED])?;
    let best = questions::best(db, &question.vector)?;
    say(&format!(
        "DELETE of it, and again: {best}. The index was never stale, and nothing was rebuilt for it."
    ))?;
    load::fold(db)
}

/// What is stored cannot be read from the file.
fn look_for_text(place: &Place, sample: &Sample) -> Outcome<()> {
    let text = &sample.packages[0].description;
    let failed = Failure::io(format!("cannot read {}", place.name()));
    let file = std::fs::read(place.path()).map_err(failed)?;
    let is_there = file
        .windows(text.len())
        .any(|bytes| bytes == text.as_bytes());
    say(&format!(
        "The file has {}, and it is closed. \"{text}\" is one of the descriptions in it, and {} be read from it without the key.",
        bytes(file.len() as u64),
        if is_there { "can" } else { "cannot" },
    ))
}

fn reopen(place: &Place, sample: &Sample) -> Outcome<()> {
    let begun = Instant::now();
    let db = place.open()?;
    let opened = begun.elapsed();
    let begun = Instant::now();
    let best = questions::best(&db, &sample.questions[SHOWN[0]].vector)?;
    let why = if place.has_own_passphrase() {
        ", most of which is what makes guessing the passphrase slow"
    } else {
        ""
    };
    say(&format!(
        "Opened in {}{why}. The first answer, {best}, came {} later, from the stored index.",
        duration(opened),
        duration(begun.elapsed())
    ))
}
