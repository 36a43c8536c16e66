//! The little of PostgreSQL's frontend/backend protocol (version 3, "Simple Query") that it takes
//! to run a statement, so that the tests need neither `psql` nor a driver for it.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;

const PROTOCOL: i32 = 3 << 16;

/// Runs SQL in a database, as a user who needs no password. Returns the last row's first value.
pub(crate) fn execute(
    port: u16,
    user: &str,
    database: &str,
    sql: &str,
) -> Result<Option<String>, String> {
    if sql.contains('\0') {
        return Err("SQL can't contain a NUL character".to_owned());
    }
    run(port, user, database, sql)
        .unwrap_or_else(|error| Err(format!("lost the connection: {error}")))
}

/// The outer result is about the connection, the inner one is what the server says.
fn run(
    port: u16,
    user: &str,
    database: &str,
    sql: &str,
) -> std::io::Result<Result<Option<String>, String>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let mut startup = PROTOCOL.to_be_bytes().to_vec();
    startup.extend(format!("user\0{user}\0database\0{database}\0\0").as_bytes());
    stream.write_all(&with_length(&startup))?;

    let mut reader = BufReader::new(stream.try_clone()?);
    if let Err(problem) = until_ready(&mut reader, &mut stream)? {
        return Ok(Err(problem));
    }
    send(&mut stream, b'Q', format!("{sql}\0").as_bytes())?;
    let result = until_ready(&mut reader, &mut stream)?;
    send(&mut stream, b'X', b"")?;
    Ok(result)
}

/// Reads messages up to `ReadyForQuery` (or a fatal error), and keeps the first error.
fn until_ready(
    reader: &mut impl Read,
    stream: &mut TcpStream,
) -> std::io::Result<Result<Option<String>, String>> {
    let mut result = Ok(None);
    loop {
        let mut kind = [0];
        match reader.read_exact(&mut kind) {
            Ok(()) => {}
            // A fatal error ends the connection.
            Err(_) if result.is_err() => return Ok(result),
            Err(error) => return Err(error),
        }
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let rest = u32::from_be_bytes(length).saturating_sub(4);
        let mut body = Vec::new();
        reader.take(rest.into()).read_to_end(&mut body)?;
        match kind {
            [b'Z'] => return Ok(result),
            [b'D'] if result.is_ok() => result = Ok(first_value(&body)),
            [b'E'] if result.is_ok() => result = Err(message(&body)),
            [b'G'] => send(stream, b'f', b"COPY FROM stdin needs psql\0")?,
            [b'R'] if body != [0, 0, 0, 0] => {
                return Ok(Err("the server asks for a password".to_owned()));
            }
            _ => {}
        }
    }
}

/// The first value of a `DataRow`: the number of values, then each with its length.
fn first_value(body: &[u8]) -> Option<String> {
    let (_, values) = body.split_first_chunk::<2>()?;
    let (length, value) = values.split_first_chunk::<4>()?;
    let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
    Some(String::from_utf8_lossy(value.get(..length)?).into_owned())
}

/// The text of an `ErrorResponse`: fields of a type byte and a string, each ended by a NUL.
fn message(body: &[u8]) -> String {
    let mut text = String::new();
    for field in body.split(|byte| *byte == 0) {
        let [kind, value @ ..] = field else { continue };
        let value = String::from_utf8_lossy(value);
        match kind {
            b'V' => text.push_str(&format!("{value}: ")),
            b'M' => text.push_str(&value),
            b'D' | b'H' | b'W' => text.push_str(&format!("\n{value}")),
            _ => {}
        }
    }
    text
}

fn send(stream: &mut TcpStream, kind: u8, body: &[u8]) -> std::io::Result<()> {
    let mut message = vec![kind];
    message.extend(with_length(body));
    stream.write_all(&message)
}

fn with_length(body: &[u8]) -> Vec<u8> {
    // A length counts itself. No test has SQL of two gigabytes.
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    let mut message = length.to_be_bytes().to_vec();
    message.extend(body);
    message
}
