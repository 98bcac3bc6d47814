//! Who keeps a table in a lake, and the options of those that a server keeps.

use super::create_index::option_text;
use super::lake::wrong;
use crate::ast::{self, IndexOption};
use crate::error::{Error, Position, Result};
use crate::schema::{LakeServer, LakeToken};

/// The catalogs by their names.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    Files,
    Embedded,
    Rest,
}

/// Who tells which metadata of a table is the newest.
pub(super) fn catalog(text: &str, at: Option<Position>) -> Result<Kept> {
    match text.to_ascii_lowercase().as_str() {
        "filesystem" | "file" => Ok(Kept::Files),
        "embedded" => Ok(Kept::Embedded),
        "rest" => Ok(Kept::Rest),
        _ => Err(Error::unsupported(format!("catalog = '{text}'"))
            .at(at)
            .hint("the catalogs are filesystem, which need not be said, embedded and rest")),
    }
}

/// The error for an option that only a server has.
pub(super) fn no_server(option: &IndexOption) -> Error {
    let name = option.name.name.to_ascii_lowercase();
    wrong(
        format!("the option \"{name}\" is for catalog = 'rest'"),
        option.name.position,
    )
}

/// The server of a table. What is given as a token is not repeated.
pub(super) fn lake_server(
    options: &[&IndexOption],
    create: &ast::CreateTable,
) -> Result<LakeServer> {
    let mut server = LakeServer {
        uri: String::new(),
        warehouse: None,
        namespace: Vec::new(),
        name: create.name.name.clone(),
        token: None,
    };
    for option in options {
        let name = option.name.name.to_ascii_lowercase();
        let (text, at) = (option_text(option)?, option.value.position);
        if text.is_empty() {
            return Err(wrong(format!("the option \"{name}\" is empty"), at));
        }
        match name.as_str() {
            "uri" => server.uri = uri(text, at)?,
            "warehouse" => server.warehouse = Some(text.to_owned()),
            "name" => server.name = text.to_owned(),
            "token" => server.token = Some(LakeToken::new(text)),
            _ => {
                server.namespace = text.split('.').map(str::to_owned).collect();
                if server.namespace.iter().any(String::is_empty) {
                    let text = format!("\"{text}\" is no namespace");
                    return Err(wrong(text, at).hint("the names of its levels, with dots between"));
                }
            }
        }
    }
    let needed = [
        (
            server.uri.is_empty(),
            "uri",
            "uri = 'http://…': the address of the server",
        ),
        (
            server.namespace.is_empty(),
            "namespace",
            "namespace = 'a.b': where the server has the table",
        ),
    ];
    for (is_missing, name, hint) in needed {
        if is_missing {
            let text = format!("catalog = 'rest' needs the option \"{name}\"");
            return Err(wrong(text, create.name.position).hint(hint));
        }
    }
    Ok(server)
}

/// The address of a server. One with a password in it would be told to whoever reads the definition, so it is not repeated either.
fn uri(text: &str, at: Option<Position>) -> Result<String> {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Err(wrong("the uri is no address of a server".to_owned(), at)
            .hint("uri = 'http://…' or 'https://…'"));
    };
    if rest
        .split('/')
        .next()
        .is_some_and(|host| host.contains('@'))
    {
        return Err(wrong("the uri has a user in it".to_owned(), at)
            .hint("the option token is kept secret"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
