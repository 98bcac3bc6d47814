//! A person at the prompt: lines are read until a statement is whole; an error is told, and the next line read.

mod history;

use std::io::{self, Write};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::exit::{Failure, Outcome};
use crate::script::Splitter;
use crate::shell::{Flow, Shell, UntilEnd};

use history::HistoryFile;

const PROMPT: &str = "citadel> ";
const PROMPT_INSIDE: &str = "    ...> ";

/// Reads and runs until the end of input or `.quit`.
pub(crate) fn run(mut shell: Shell, file: &str) -> Outcome<()> {
    let mut editor = DefaultEditor::new().map_err(unusable)?;
    let mut history = HistoryFile::open();
    for entry in history.entries() {
        let _ = editor.add_history_entry(entry);
    }
    tell(&format!(
        "Citadel {} on {file}. Statements end with ; and .help tells the commands.\n",
        env!("CARGO_PKG_VERSION")
    ));
    let mut splitter = Splitter::default();
    let mut typed = String::new();
    loop {
        let inside = splitter.is_inside_statement();
        let prompt = if inside { PROMPT_INSIDE } else { PROMPT };
        match editor.readline(prompt) {
            Ok(line) => {
                typed.push_str(&line);
                splitter.push(&line);
                splitter.push("\n");
                let flow = run_pieces(&mut shell, &mut splitter);
                if splitter.is_inside_statement() {
                    typed.push('\n');
                } else {
                    remember(&mut editor, &mut history, &typed);
                    typed.clear();
                    // Lines count from each statement's own first one.
                    splitter = Splitter::default();
                }
                match flow {
                    Ok(Flow::Continue) => {}
                    Ok(Flow::Quit) => break,
                    Err(failure @ Failure::Asked(_)) => return Err(failure),
                    Err(failure) => tell(&failure.report().unwrap_or_default()),
                }
            }
            Err(ReadlineError::Interrupted) if inside => {
                splitter.clear();
                typed.clear();
            }
            Err(ReadlineError::Interrupted) => tell("(.quit or Ctrl-D leaves)\n"),
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(unusable(error)),
        }
    }
    shell.finish()
}

fn run_pieces(shell: &mut Shell, splitter: &mut Splitter) -> Outcome<Flow> {
    while let Some(piece) = splitter.next_piece() {
        let mut stdin = io::stdin().lock();
        let mut rows = UntilEnd::new(&mut stdin);
        let flow = shell.run(piece, &mut rows);
        if !matches!(flow, Ok(Flow::Continue)) {
            splitter.clear();
            return flow;
        }
    }
    Ok(Flow::Continue)
}

fn remember(editor: &mut DefaultEditor, history: &mut HistoryFile, typed: &str) {
    let typed = typed.trim();
    if typed.is_empty() || history::mentions_a_key(typed) {
        return;
    }
    let _ = editor.add_history_entry(typed);
    history.append(typed);
}

fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn unusable(error: ReadlineError) -> Failure {
    Failure::io("cannot read from the terminal")(io::Error::other(error))
}
