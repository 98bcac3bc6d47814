//! Running scripts: from a file, from standard input, from the command line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::{Flow, Shell, UntilEnd};
use crate::exit::{Failure, Outcome};
use crate::script::Splitter;

/// Scripts that may read one another before this is taken for a circle.
const DEPTH_MAX: usize = 16;

impl Shell {
    /// Runs a script file, which may be read from within another.
    pub(crate) fn run_file(&mut self, path: &Path) -> Outcome<Flow> {
        if self.read_depth == DEPTH_MAX {
            return Err(Failure::Usage(format!(
                "{} is read by itself, or scripts are nested deeper than {DEPTH_MAX}",
                path.display()
            )));
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(Failure::io(format!("cannot open {name}")))?;
        self.read_depth += 1;
        let flow = self.run_reader(&mut BufReader::new(file), &name);
        self.read_depth -= 1;
        flow
    }

    /// Runs the statements of an argument; `COPY … FROM STDIN` reads standard input.
    pub(crate) fn run_text(&mut self, text: &str) -> Outcome<Flow> {
        self.run_pieces(&mut text.as_bytes(), "the argument", false)
    }

    /// Runs statements as they come, so that a long script needs no memory of its size. The rows of `COPY … FROM STDIN` are the
    /// lines that follow it, up to `\.`.
    pub(crate) fn run_reader(&mut self, reader: &mut dyn BufRead, name: &str) -> Outcome<Flow> {
        self.run_pieces(reader, name, true)
    }

    fn run_pieces(
        &mut self,
        reader: &mut dyn BufRead,
        name: &str,
        rows_follow: bool,
    ) -> Outcome<Flow> {
        let mut splitter = Splitter::default();
        let mut line = String::new();
        loop {
            line.clear();
            let read = reader
                .read_line(&mut line)
                .map_err(Failure::io(format!("cannot read {name}")))?;
            if read == 0 {
                break;
            }
            splitter.push(&line);
            while let Some(piece) = splitter.next_piece() {
                let flow = match rows_follow {
                    true => {
                        let mut rows = UntilEnd::new(reader);
                        let flow = self.run(piece, &mut rows);
                        splitter.pass_lines(rows.lines());
                        flow?
                    }
                    false => self.run(piece, &mut io::stdin().lock())?,
                };
                if flow == Flow::Quit {
                    return Ok(Flow::Quit);
                }
            }
        }
        match splitter.finish() {
            Some(piece) if rows_follow => self.run(piece, &mut UntilEnd::new(reader)),
            Some(piece) => self.run(piece, &mut io::stdin().lock()),
            None => Ok(Flow::Continue),
        }
    }
}
