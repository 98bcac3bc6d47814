//! The first words of a statement: which statement it is, and whether it is one of ours.

use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::alter;
use super::analyze;
use super::as_of::AsOfs;
use super::comment;
use super::conflict_target::ConflictTargets;
use super::convert::{Converter, TakenOut};
use super::copy;
use super::dialect::CitadelDialect;
use super::domain;
use super::exclusions::Exclusions;
use super::foreign_key::{self, KeyColumns};
use super::generated;
use super::identity::Identities;
use super::identity_change::IdentityChanges;
use super::in_table;
use super::keeper;
use super::locator::Locator;
use super::materialized;
use super::merge_defaults;
use super::parts::Parts;
use super::replace;
use super::sequence;
use super::syntax_error::{from_parser, syntax_error};
use super::tokens::StatementTokens;
use super::transaction;
use super::trigger;
use super::words::Words;
use crate::ast::{Explain, PlanFormat, Statement, StatementKind};
use crate::error::{Error, Result};

/// How deep sqlparser may recurse.
pub(super) const RECURSION_MAX: usize = 64;

/// First words of statements that other systems know.
const UNSUPPORTED: &[&str] = &[
    "ATTACH",
    "BACKUP",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
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
    "NOTIFY",
    "OPTIMIZE",
    "PREPARE",
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
    if trigger::is_create(&tokens) {
        return Ok(Statement {
            kind: trigger::parse_create(&tokens, locator, end)?,
            parameters: Vec::new(),
        });
    }
    let exclusions = Exclusions::take_out(&mut tokens);
    let as_ofs = AsOfs::take_out(&mut tokens);
    let parts = Parts::take_out(&mut tokens);
    let conflict_targets = ConflictTargets::take_out(&mut tokens);
    in_table::write_out(&mut tokens);
    replace::write_out(&mut tokens);
    merge_defaults::write_out(&mut tokens);
    generated::write_out(&mut tokens);
    let identities = Identities::take_out(&mut tokens, locator, end)?;
    let identity_changes = IdentityChanges::take_out(&mut tokens, locator, end)?;
    let key_columns = KeyColumns::take_out(&mut tokens, locator);
    let words = Words {
        tokens: &tokens,
        locator,
        end,
    };
    let taken_out = TakenOut {
        exclusions: &exclusions,
        as_ofs: &as_ofs,
        identities: &identities,
        identity_changes: &identity_changes,
        key_columns: &key_columns,
        parts: &parts,
        conflict_targets: &conflict_targets,
    };
    let converter = Converter::new(locator, &parameters, taken_out);
    let mut kind = parse_kind(words, &converter)?;
    identities.finish(&mut kind)?;
    as_ofs.check_used(locator)?;
    parts.check_used(locator)?;
    conflict_targets.check_used(locator)?;
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
        "SELECT" | "VALUES" | "WITH" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE"
        | "CALL" => parse_native(words, converter),
        "CREATE" if follows(words, "SEQUENCE") => {
            words.take("CREATE");
            sequence::parse_create(words)
        }
        "ALTER" if follows(words, "SEQUENCE") => {
            words.take("ALTER");
            sequence::parse_alter(words)
        }
        "CREATE" if follows(words, "MATERIALIZED") => {
            words.take("CREATE");
            materialized::parse_create(words, |query| parse_kind(query, converter))
        }
        "ALTER" if follows(words, "MATERIALIZED") => {
            words.take("ALTER");
            materialized::parse_alter(words)
        }
        "CREATE" if follows(words, "DOMAIN") => {
            words.take("CREATE");
            domain::parse_create(words, |table| parse_native(table, converter))
        }
        "ALTER" if follows(words, "DOMAIN") => {
            words.take("ALTER");
            domain::parse_alter(words, |table| parse_native(table, converter))
        }
        "DROP" if follows(words, "DOMAIN") => {
            words.take("DROP");
            domain::parse_drop(words, |drop| parse_native(drop, converter))
        }
        "REFRESH" if follows(words, "MATERIALIZED") => {
            words.take("REFRESH");
            materialized::parse_refresh(words)
        }
        "DROP" if follows(words, "TRIGGER") => {
            words.take("DROP");
            trigger::parse_drop(words)
        }
        "ALTER" if follows(words, "TRIGGER") => {
            words.take("ALTER");
            trigger::parse_alter(words)
        }
        "ALTER" if trigger::is_switch(words) => trigger::parse_switch(words),
        "CREATE" | "DROP" => {
            refuse_unknown_object(&first, words)?;
            parse_native(words, converter)
        }
        "EXPLAIN" => {
            words.take("EXPLAIN");
            parse_explain(words, converter)
        }
        "ANALYZE" => {
            words.take("ANALYZE");
            analyze::parse(words)
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
            if words.peek().as_deref() == Some("CONSTRAINTS") {
                return foreign_key::parse_set(words);
            }
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
        "COMMENT" => {
            words.take("COMMENT");
            comment::parse(words)
        }
        "COPY" => {
            words.take("COPY");
            copy::parse(words, converter, |query| parse_kind(query, converter))
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

/// Is it the second word?
fn follows(mut words: Words<'_>, second: &str) -> bool {
    let first = words.peek().unwrap_or_default();
    words.take(&first) && words.peek().as_deref() == Some(second)
}

/// CREATE and DROP of anything but tables and indexes.
fn refuse_unknown_object(verb: &str, mut words: Words<'_>) -> Result<()> {
    let position = words.position();
    words.take(verb);
    match words.peek().as_deref() {
        Some("TABLE" | "INDEX" | "VIEW" | "TYPE") | None => Ok(()),
        Some("SEQUENCE" | "MATERIALIZED") if verb == "DROP" => Ok(()),
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

/// `EXPLAIN [ANALYZE] statement`, `EXPLAIN (option, …) statement`; SQLite's `EXPLAIN QUERY PLAN` means the same.
fn parse_explain(mut words: Words<'_>, converter: &Converter<'_>) -> Result<StatementKind> {
    let mut explain = Explain::default();
    if has_options(&words) {
        words.tokens = &words.tokens[1..];
        while parse_explain_option(&mut words, &mut explain)? {}
    } else {
        explain.analyze = words.take("ANALYZE");
        if !explain.analyze && words.take("QUERY") && !words.take("PLAN") {
            return Err(syntax_error(
                "syntax error: expected PLAN after EXPLAIN QUERY",
                words.position(),
            ));
        }
    }
    if let Some(word @ ("VERBOSE" | "EXPLAIN")) = words.peek().as_deref() {
        return Err(Error::unsupported(format!("EXPLAIN {word}")).at(words.position()));
    }
    Ok(StatementKind::Explain {
        explain,
        statement: Box::new(parse_kind(words, converter)?),
    })
}

/// Does a parenthesis open that is none of a query?
fn has_options(words: &Words<'_>) -> bool {
    let is_query = |token: &Token| match token {
        Token::LParen => true,
        Token::Word(word) => ["SELECT", "VALUES", "WITH", "TABLE"]
            .iter()
            .any(|query| word.value.eq_ignore_ascii_case(query)),
        _ => false,
    };
    match words.tokens {
        [first, second, ..] => first.token == Token::LParen && !is_query(&second.token),
        _ => false,
    }
}

/// Takes what an option is switched by: on, where nothing says so.
fn take_switch(words: &mut Words<'_>) -> bool {
    if words.take("FALSE") || words.take("OFF") {
        return false;
    }
    if !words.take("TRUE") {
        words.take("ON");
    }
    true
}

/// Takes an option, and the comma or the parenthesis behind it. False: it was the last one.
fn parse_explain_option(words: &mut Words<'_>, explain: &mut Explain) -> Result<bool> {
    let position = words.position();
    if words.take("ANALYZE") {
        explain.analyze = take_switch(words);
    } else if words.take("FORMAT") {
        explain.format = match words.peek().as_deref() {
            Some("TEXT") => PlanFormat::Text,
            Some("JSON") => PlanFormat::Json,
            Some(format @ ("XML" | "YAML")) => {
                return Err(Error::unsupported(format!("EXPLAIN (FORMAT {format})")).at(position));
            }
            _ => return Err(words.expected("TEXT or JSON")),
        };
        words.tokens = &words.tokens[1..];
    } else {
        return Err(match words.peek() {
            Some(option) => Error::unsupported(format!("EXPLAIN ({option})")).at(position),
            None => words.expected("an option"),
        });
    }
    match words.tokens.split_first() {
        Some((token, rest)) if matches!(token.token, Token::Comma | Token::RParen) => {
            words.tokens = rest;
            Ok(token.token == Token::Comma)
        }
        _ => Err(words.expected("a comma or a parenthesis")),
    }
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
