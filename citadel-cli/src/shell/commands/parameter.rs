//! Values for the parameters of the statements to come.

use super::{Flow, Shell};
use crate::exit::{Failure, Outcome};
use crate::shell::parameters;

/// What is written as an expression is computed; what is none is a text. So `'42'` in quotes of the shell's own is a text, and `42` a number.
pub(super) fn parameter(shell: &mut Shell, arguments: &[String]) -> Outcome<Flow> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            let text = shell.parameters.list();
            return shell.write(&text);
        }
        ["set", name, value @ ..] if !value.is_empty() => {
            let value = parameters::evaluate(&shell.connection, &value.join(" "))?;
            shell.parameters.set(name, value)?;
        }
        ["unset", name] => shell.parameters.unset(name),
        ["clear"] => shell.parameters.clear(),
        _ => {
            let text = "usage: .parameter set NAME VALUE | list | unset NAME | clear";
            return Err(Failure::Usage(text.to_owned()));
        }
    }
    Ok(Flow::Continue)
}
