//! The first words of a statement: which statement it is, and whether it is one of ours.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::alter;
use super::as_of::AsOfs;
use super::convert::Converter;
use super::dialect::CitadelDialect;
use super::exclusions::Exclusions;
use super::generated;
use super::in_table;
use super::keeper;
use super::locator::Locator;
use super::parts::Parts;
use super::replace;
use super::syntax_error::{from_parser, syntax_error};
use super::tokens::StatementTokens;
use super::transaction;
use super::words::Words;
use crate::ast::{Statement, StatementKind};
use crate::error::{Error, Result};

/// How deep sqlparser may recurse.
pub(super) const RECURSION_MAX: usize = 64;

/// First words of statements that other systems know.
const UNSUPPORTED: &[&str] = &[
    "ANALYZE",
    "ATTACH",
    "BACKUP",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
    "COMMENT",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DESC",
    "DESCRIBE",
    "DETACH",
    "DISCARD",
    "DO",
    "EXECUTE",
    "EXPORT",
    "FETCH",
    "GRANT",
    "IMPORT",
    "INSTALL",
    "KILL",
    "LISTEN",
    "LOAD",
    "LOCK",
    "MERGE",
    "NOTIFY",
    "OPTIMIZE",
    "PREPARE",
    "REFRESH",
    "REKEY",
    "RENAME",
    "REPLACE",
    "REVOKE",
    "SUMMARIZE",
    "TABLE",
    "UNLISTEN",
    "UPSERT",
    "USE",
];

/// Parses one statement.
pub(super) fn parse_statement(statement: StatementTokens, locator: &Locator) -> Result<Statement> {
    let StatementTokens {
        mut tokens,
        parameters,
        end,
        ..
    } = statement;
    let exclusions = Exclusions::take_out(&mut tokens);
    let as_ofs = AsOfs::take_out(&mut tokens);
    let parts = Parts::take_out(&mut tokens);
    in_table::write_out(&mut tokens);
    replace::write_out(&mut tokens);
    generated::write_out(&mut tokens);
    let words = Words {
        tokens: &tokens,
        locator,
        end,
    };
    let converter = Converter::new(locator, &parameters, (&exclusions, &as_ofs, &parts));
    let kind = parse_kind(words, &converter)?;
    as_ofs.check_used(locator)?;
    parts.check_used(locator)?;
    Ok(Statement {
        kind,
        parameters: parameters.into_names(),
    })
}

fn parse_kind(mut words: Words<'_>, converter: &Converter<'_>) -> Result<StatementKind> {
    let position = words.position();
    let Some(first) = words.peek() else {
        return match words.tokens.first() {
            Some(token) if token.token == Token::LParen => parse_native(words, converter),
            Some(token) => Err(words.unexpected(&token.token, "a statement")),
            None => Err(syntax_error("syntax error: expected a statement", position)),
        };
    };
    match first.as_str() {
        "SELECT" | "VALUES" | "WITH" | "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE" | "CALL" => {
            parse_native(words, converter)
        }
        "CREATE" | "DROP" => {
            refuse_unknown_object(&first, words)?;
            parse_native(words, converter)
        }
        "EXPLAIN" => {
            words.take("EXPLAIN");
            parse_explain(words, converter)
        }
        "REINDEX" => {
            words.take("REINDEX");
            parse_reindex(words)
        }
        "ALTER" => {
            let mut second = words;
            second.take("ALTER");
            match second.take("TABLE") || second.take("TYPE") {
                true => parse_native(words, converter),
                false => alter::parse(words, converter),
            }
        }
        "PRAGMA" => {
            words.take("PRAGMA");
            keeper::parse_pragma(words)
        }
        "SET" => {
            words.take("SET");
            keeper::parse_set(words)
        }
        "SHOW" => {
            words.take("SHOW");
            keeper::parse_show(words)
        }
        "RESET" => {
            words.take("RESET");
            keeper::parse_reset(words)
        }
        "VACUUM" => {
            words.take("VACUUM");
            keeper::parse_vacuum(words, converter)
        }
        _ => {
            if let Some(kind) = transaction::parse(words)? {
                return Ok(kind);
            }
            if UNSUPPORTED.contains(&first.as_str()) {
                return Err(Error::unsupported(first).at(position));
            }
            Err(words.unexpected(&words.tokens[0].token, "a statement"))
        }
    }
}

/// CREATE and DROP of anything but tables and indexes.
fn refuse_unknown_object(verb: &str, mut words: Words<'_>) -> Result<()> {
    let position = words.position();
    words.take(verb);
    match words.peek().as_deref() {
        Some("TABLE" | "INDEX" | "VIEW" | "TYPE") | None => Ok(()),
        Some("UNIQUE") if verb == "CREATE" => Ok(()),
        Some("OR") if verb == "CREATE" => {
            words.take("OR");
            words.take("REPLACE");
            match words.peek().as_deref() {
                Some("VIEW") => Ok(()),
                _ => Err(Error::unsupported("CREATE OR REPLACE").at(position)),
            }
        }
        Some(other) => Err(Error::unsupported(format!("{verb} {other}")).at(position)),
    }
}

/// `EXPLAIN [ANALYZE] statement`; SQLite's `EXPLAIN QUERY PLAN` means the same.
fn parse_explain(mut words: Words<'_>, converter: &Converter<'_>) -> Result<StatementKind> {
    let position = words.position();
    if words
        .tokens
        .first()
        .is_some_and(|token| token.token == Token::LParen)
        && !matches!(
            words.tokens.get(1).map(|token| &token.token),
            Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("SELECT")
        )
    {
        return Err(Error::unsupported("EXPLAIN with an option list").at(position));
    }
    let analyze = words.take("ANALYZE");
    if !analyze && words.take("QUERY") && !words.take("PLAN") {
        return Err(syntax_error(
            "syntax error: expected PLAN after EXPLAIN QUERY",
            words.position(),
        ));
    }
    if let Some(word @ ("VERBOSE" | "EXPLAIN")) = words.peek().as_deref() {
        return Err(Error::unsupported(format!("EXPLAIN {word}")).at(words.position()));
    }
    Ok(StatementKind::Explain {
        analyze,
        statement: Box::new(parse_kind(words, converter)?),
    })
}

/// `REINDEX [INDEX] name`
fn parse_reindex(mut words: Words<'_>) -> Result<StatementKind> {
    words.take("INDEX");
    if let Some(word @ ("TABLE" | "DATABASE" | "SCHEMA" | "SYSTEM")) = words.peek().as_deref()
        && words.tokens.len() > 1
    {
        return Err(Error::unsupported(format!("REINDEX {word}")).at(words.position()));
    }
    let name = words.take_name("the name of an index")?;
    words.finish()?;
    Ok(StatementKind::Reindex(name))
}

/// What sqlparser's grammar reads.
fn parse_native(words: Words<'_>, converter: &Converter<'_>) -> Result<StatementKind> {
    let start = words.position();
    let mut parser = Parser::new(&CitadelDialect)
        .with_recursion_limit(RECURSION_MAX)
        .with_tokens_with_locations(words.tokens.to_vec());
    let statement = parser
        .parse_statement()
        .map_err(|error| from_parser(error, words.locator, words.end).at(start))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        let found = words.locator.start_of(rest.span);
        return Err(syntax_error(
            format!("syntax error: unexpected {}", rest.token),
            found,
        ));
    }
    // What has no place of its own is at least in this statement.
    converter
        .statement(statement, start)
        .map_err(|error| error.at(start))
}
