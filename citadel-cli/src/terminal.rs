//! What the standard streams are connected to.

use std::io::{self, IsTerminal};

/// Does a person type?
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Does a person read the results?
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Does a person read what is told beside the results?
pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Columns of the terminal that standard output goes to, or `None`.
pub(crate) fn width() -> Option<u16> {
    let size = console::Term::stdout().size_checked();
    size.map(|(_rows, columns)| columns)
}

/// May text on standard output carry colour? Only at a terminal, and not where `NO_COLOR` is set; `CLICOLOR_FORCE` forces it.
pub(crate) fn results_have_colour() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    set("CLICOLOR_FORCE") || stdout_is_terminal()
}
