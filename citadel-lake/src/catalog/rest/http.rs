//! Requests to a server of the Iceberg REST protocol, and what their answers mean.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{LakeError, Result};
use crate::runtime::block_on;

/// A server that is silent for longer is taken to have failed.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// So much of an answer that is no error of the protocol is told.
const TOLD_CHARS: usize = 200;

/// A server, and how one is known there.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    /// Up to `/v1`, without a slash at its end.
    base: String,
    token: Option<String>,
}

/// Why there is no answer that one could use.
#[derive(Debug)]
pub(super) enum Failed {
    /// The server refuses, and has changed nothing.
    Refused(StatusCode, LakeError),
    /// The server was not reached.
    NotSent(LakeError),
    /// Whether the server did it is not known.
    Unknown(LakeError),
}

impl Failed {
    pub(super) fn is(&self, status: StatusCode) -> bool {
        matches!(self, Self::Refused(known, _) if *known == status)
    }
}

impl From<Failed> for LakeError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(_, error) | Failed::NotSent(error) | Failed::Unknown(error) => error,
        }
    }
}

/// An error as the protocol has it.
#[derive(Deserialize)]
struct ErrorAnswer {
    error: ErrorModel,
}

#[derive(Deserialize)]
struct ErrorModel {
    message: String,
    r#type: String,
}

impl Http {
    pub(super) fn new(uri: &str, token: Option<String>) -> Result<Self> {
        let client = Client::builder()
            .timeout(ANSWER_WAIT)
            .connect_timeout(CONNECT_WAIT)
            .build()
            .map_err(|error| LakeError::catalog("a client of the catalog", error))?;
        Ok(Self {
            client,
            base: format!("{}/v1", uri.trim_end_matches('/')),
            token,
        })
    }

    /// Asks for a path below `/v1`.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        self.send(Method::GET, path, None)
    }

    /// Has something done.
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, Failed> {
        self.send(Method::POST, path, Some(body))
    }

    /// Has something removed. There is no answer to speak of.
    pub(super) fn delete(&self, path: &str) -> Result<(), Failed> {
        self.exchange(Method::DELETE, path, None).map(drop)
    }

    fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Failed> {
        let bytes = self.exchange(method, path, body)?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failed::Unknown(LakeError::catalog(
                "reading an answer of the catalog",
                format!("{path}: {error}"),
            ))
        })
    }

    fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, Failed> {
        let mut request = self.client.request(method, format!("{}/{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = block_on(async {
            let answer = request.send().await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        match answer {
            Ok((status, bytes)) if status.is_success() => Ok(bytes.to_vec()),
            Ok((status, bytes)) => {
                let error = LakeError::catalog("asking the catalog", told(path, status, &bytes));
                Err(match status.is_client_error() {
                    true => Failed::Refused(status, error),
                    false => Failed::Unknown(error),
                })
            }
            Err(error) => {
                let was_sent = !(error.is_connect() || error.is_builder());
                let error = LakeError::catalog("asking the catalog", error.without_url());
                Err(match was_sent {
                    true => Failed::Unknown(error),
                    false => Failed::NotSent(error),
                })
            }
        }
    }
}

/// What a server says of a failure.
fn told(path: &str, status: StatusCode, bytes: &[u8]) -> String {
    match serde_json::from_slice::<ErrorAnswer>(bytes) {
        Ok(ErrorAnswer { error }) => {
            format!("{path}: {status}: {} ({})", error.message, error.r#type)
        }
        Err(_) => {
            let text = String::from_utf8_lossy(bytes);
            let text: String = text.chars().take(TOLD_CHARS).collect();
            format!("{path}: {status}: {text}")
        }
    }
}

/// A name as a part of a path.
pub(super) fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        assert_eq!(escaped("a-b_c.d~9"), "a-b_c.d~9");
        assert_eq!(escaped("a b/ü\u{1f}c"), "a%20b%2F%C3%BC%1Fc");
    }

    #[test]
    fn failures_are_told_in_the_words_of_the_server() {
        let answer =
            br#"{"error":{"message":"no such table","type":"NoSuchTableException","code":404}}"#;
        let text = told("x", StatusCode::NOT_FOUND, answer);
        assert_eq!(
            text,
            "x: 404 Not Found: no such table (NoSuchTableException)"
        );
        let text = told("x", StatusCode::BAD_GATEWAY, b"<html>");
        assert_eq!(text, "x: 502 Bad Gateway: <html>");
    }
}
