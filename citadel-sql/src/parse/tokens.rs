//! Tokens, cut into statements.
//!
//! sqlparser's tokenizer does the lexing. Here tokens that touch each other become the operators and parameters
//! that it does not know: `<->`, `<#>`, `<=>`, `<+>`, `<~>`, `<%>`, `:q`, `@q`. Working on whole tokens and their spans, `v<->?1`,
//! `a<?1`, `a<@q` and `a<-1` all read as they are meant.

use std::ops::Range;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

use super::dialect::CitadelDialect;
use super::locator::{Locator, Walker};
use super::parameters::ParameterNames;
use super::syntax_error::{from_tokenizer, syntax_error, too_deep};
use super::trigger_block::TriggerBlock;
use crate::error::{Error, Position, Result};

/// The most operators between two commas, those inside parentheses included. A chain of operators is a tree as
/// deep as it is long, and sqlparser takes such a tree apart by recursion.
const OPERATORS_MAX: usize = 4_000;

/// A text as statements.
pub(super) struct Script {
    pub(super) statements: Vec<StatementTokens>,
    pub(super) locator: Locator,
}

/// The tokens of one statement, without white space and comments.
pub(super) struct StatementTokens {
    pub(super) tokens: Vec<TokenWithSpan>,
    pub(super) parameters: ParameterNames,
    pub(super) text: Range<usize>,
    /// Where the text ends.
    pub(super) end: Position,
}

/// Reads a text.
pub(super) fn read(sql: &str) -> Result<Script> {
    let mut tokens = Vec::new();
    if let Err(error) =
        Tokenizer::new(&CitadelDialect, sql).tokenize_with_location_into_buf(&mut tokens)
    {
        return Err(from_tokenizer(
            &error,
            Walker::new(sql).walk_to(error.location),
        ));
    }
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let mut reader = Reader::new(sql);
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let start = reader.walker.walk_to(token.span.start);
        reader.locator.push(start);
        if token.token == Token::SemiColon {
            if reader.block.is_inside() {
                reader.end_step(token);
            } else {
                reader.end_statement();
            }
            continue;
        }
        let glued = match token.token {
            Token::Colon if reader.is_slice(&token, tokens.peek()) => Glued {
                first: token,
                second: None,
            },
            _ => glue(sql, token, &mut tokens, start)?,
        };
        reader.accept(glued, start)?;
    }
    reader.end_statement();
    Ok(Script {
        statements: reader.statements,
        locator: reader.locator,
    })
}

/// One token or several, and where the text of the last one ends.
struct Glued {
    first: TokenWithSpan,
    second: Option<TokenWithSpan>,
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<TokenWithSpan>>;

/// Puts a token together with those that touch it.
fn glue(sql: &str, token: TokenWithSpan, rest: &mut Tokens, at: Position) -> Result<Glued> {
    let one = |first| {
        Ok(Glued {
            first,
            second: None,
        })
    };
    let mut span = token.span;
    let mut touching = |wanted: fn(&Token) -> bool| {
        let next = rest.next_if(|next| next.span.start == span.end && wanted(&next.token));
        if let Some(next) = &next {
            span.end = next.span.end;
        }
        next
    };
    let operator = match &token.token {
        Token::Lt if touching(|t| matches!(t, Token::Arrow)).is_some() => "<->",
        Token::Lt if touching(|t| matches!(t, Token::HashArrow)).is_some() => "<#>",
        Token::Lt if touching(|t| matches!(t, Token::Plus)).is_some() => {
            let hint = "L1 distance is written <+>; write a space between < and a sign";
            closed(touching(is_gt), "<+", hint, at)?;
            "<+>"
        }
        Token::Lt if touching(|t| matches!(t, Token::Tilde)).is_some() => {
            closed(touching(is_gt), "<~", "Hamming distance is written <~>", at)?;
            "<~>"
        }
        Token::Lt if touching(|t| matches!(t, Token::Mod)).is_some() => {
            closed(touching(is_gt), "<%", "Jaccard distance is written <%>", at)?;
            "<%>"
        }
        Token::Spaceship => "<=>",
        Token::Colon | Token::AtSign => {
            let sign = if token.token == Token::Colon {
                ':'
            } else {
                '@'
            };
            let Some(name) = touching(is_name).and_then(name_of) else {
                return Err(syntax_error(
                    format!("syntax error: \"{sign}\" must be followed by a parameter's name"),
                    Some(at),
                ));
            };
            return one(TokenWithSpan::new(
                Token::Placeholder(format!("{sign}{name}")),
                span,
            ));
        }
        // `a<@q`: a comparison with a parameter.
        Token::ArrowAt => {
            if let Some(name) = touching(is_name) {
                let mut first = token.span;
                first.end.column -= 1;
                let mut second = name.span;
                second.start = first.end;
                let placeholder = format!("@{}", name_of(name).unwrap_or_default());
                return Ok(Glued {
                    first: TokenWithSpan::new(Token::Lt, first),
                    second: Some(TokenWithSpan::new(Token::Placeholder(placeholder), second)),
                });
            }
            return one(token);
        }
        Token::Number(..) => {
            if touching(|t| matches!(t, Token::Word(_) | Token::Number(..))).is_some() {
                return Err(syntax_error("syntax error: junk after a number", Some(at)));
            }
            return one(token);
        }
        Token::HexStringLiteral(_) if sql[at.offset..].starts_with('0') => {
            return Err(Error::unsupported("a hexadecimal number").at(Some(at)));
        }
        _ => return one(token),
    };
    one(TokenWithSpan::new(
        Token::CustomBinaryOperator(operator.to_owned()),
        span,
    ))
}

/// An operator that begins with these signs ends with `>`.
fn closed(end: Option<TokenWithSpan>, signs: &str, hint: &str, at: Position) -> Result<()> {
    match end {
        Some(_) => Ok(()),
        None => Err(syntax_error(
            format!("syntax error: \"{signs}\" is no operator"),
            Some(at),
        )
        .hint(hint)),
    }
}

fn is_gt(token: &Token) -> bool {
    matches!(token, Token::Gt)
}

fn is_name(token: &Token) -> bool {
    matches!(
        token,
        Token::Word(Word {
            quote_style: None,
            ..
        })
    )
}

fn name_of(token: TokenWithSpan) -> Option<String> {
    match token.token {
        Token::Word(word) => Some(word.value),
        _ => None,
    }
}

/// Collects tokens into statements.
struct Reader<'a> {
    walker: Walker<'a>,
    locator: Locator,
    statements: Vec<StatementTokens>,
    current: Vec<TokenWithSpan>,
    parameters: ParameterNames,
    start: Option<Position>,
    end: Position,
    operators: OperatorCount,
    /// The parentheses and brackets that are open.
    open: Vec<Token>,
    block: TriggerBlock,
}

impl<'a> Reader<'a> {
    fn new(sql: &'a str) -> Self {
        let mut walker = Walker::new(sql);
        let end = walker.walk_to(sqlparser::tokenizer::Location { line: 0, column: 0 });
        Self {
            walker,
            locator: Locator::default(),
            statements: Vec::new(),
            current: Vec::new(),
            parameters: ParameterNames::default(),
            start: None,
            end,
            operators: OperatorCount::default(),
            open: Vec::new(),
            block: TriggerBlock::default(),
        }
    }

    /// Stands a colon between the ends of a slice, `a[1:n]`? In brackets one does, but where nothing stands before it and a
    /// name touches it: `a[:n]` has a parameter.
    fn is_slice(&self, colon: &TokenWithSpan, next: Option<&TokenWithSpan>) -> bool {
        let touches =
            next.is_some_and(|next| next.span.start == colon.span.end && is_name(&next.token));
        let is_first = matches!(
            self.current.last().map(|last| &last.token),
            Some(Token::LBracket | Token::Comma)
        );
        self.open.last() == Some(&Token::LBracket) && !(is_first && touches)
    }

    fn accept(&mut self, glued: Glued, start: Position) -> Result<()> {
        self.start.get_or_insert(start);
        self.push(glued.first, start)?;
        if let Some(second) = glued.second {
            let start = self.walker.walk_to(second.span.start);
            self.locator.push(start);
            self.push(second, start)?;
        }
        Ok(())
    }

    fn push(&mut self, mut token: TokenWithSpan, start: Position) -> Result<()> {
        if let Token::Placeholder(text) = &mut token.token {
            let index = self
                .parameters
                .declare(text)
                .map_err(|error| error.at(Some(start)))?;
            if text == "?" {
                *text = format!("?{}", index + 1);
            }
        }
        if !self.operators.note(&token.token) {
            return Err(too_deep(Some(start)));
        }
        match token.token {
            Token::LParen | Token::LBracket => self.open.push(token.token.clone()),
            Token::RParen | Token::RBracket => drop(self.open.pop()),
            _ => {}
        }
        self.end = self.walker.walk_to(token.span.end);
        self.block
            .note(&self.current, &token, !self.open.is_empty());
        self.current.push(token);
        Ok(())
    }

    /// Ends a statement of a trigger.
    fn end_step(&mut self, semicolon: TokenWithSpan) {
        self.operators = OperatorCount::default();
        self.open.clear();
        self.end = self.walker.walk_to(semicolon.span.end);
        self.current.push(semicolon);
    }

    fn end_statement(&mut self) {
        self.operators = OperatorCount::default();
        self.open.clear();
        self.block = TriggerBlock::default();
        let parameters = std::mem::take(&mut self.parameters);
        let tokens = std::mem::take(&mut self.current);
        if let Some(start) = self.start.take() {
            self.statements.push(StatementTokens {
                tokens,
                parameters,
                text: start.offset..self.end.offset,
                end: self.end,
            });
        }
    }
}

/// A bound on the depth of the expression being read.
#[derive(Default)]
struct OperatorCount {
    /// Operators since the last comma.
    current: usize,
    /// The most in an earlier item of the same list.
    longest: usize,
    /// The lists around this one.
    outer: Vec<(usize, usize)>,
}

impl OperatorCount {
    /// Takes note of a token; `false` if there are too many operators.
    fn note(&mut self, token: &Token) -> bool {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                // `t[][]` is a type that is two deep.
                self.current += usize::from(*token == Token::LBracket);
                self.outer.push((self.current, self.longest));
                (self.current, self.longest) = (0, 0);
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                let inner = self.current.max(self.longest);
                let (current, longest) = self.outer.pop().unwrap_or_default();
                (self.current, self.longest) = (current + inner, longest);
            }
            Token::Comma => {
                self.longest = self.longest.max(self.current);
                self.current = 0;
            }
            _ if deepens(token) => self.current += 1,
            _ => {}
        }
        self.current <= OPERATORS_MAX && self.outer.len() <= OPERATORS_MAX
    }
}

/// May the token make an expression or a query one deeper?
fn deepens(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::HexStringLiteral(_)
        | Token::Placeholder(_)
        | Token::Period => false,
        _ => true,
    }
}
