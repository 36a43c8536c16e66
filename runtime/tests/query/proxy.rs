//! Something between client and server that says what goes to and fro.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rowsmith_test_server::{TestDatabase, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// How long an answer is on its way: what is sent meanwhile was sent without waiting for it.
const DELAY: Duration = Duration::from_millis(100);

/// What goes through, in the order in which the client sends and receives it: `P` where it prepares a
/// statement, `B` where it runs one, `C` where it closes one, `Q` for a query without parameters, and
/// `.` where an answer is complete.
pub struct Proxy {
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Proxy {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::default();
        let shared = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = ("127.0.0.1", TestServer::shared().port());
                let server = TcpStream::connect(server).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(requests(from_client, to_server, Arc::clone(&shared)));
                tokio::spawn(answers(from_server, to_client, Arc::clone(&shared)));
            }
        });
        Self { port, log }
    }

    /// The URL of a database, by way of the proxy.
    pub fn url(&self, database: &TestDatabase<'_>) -> String {
        let server = TestServer::shared().port().to_string();
        let url = database.url().replacen(&server, &self.port.to_string(), 1);
        // It counts messages, of which a request for TLS is none.
        format!("{url}?sslmode=disable")
    }

    /// What went through since the last time.
    pub fn take(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap())
    }
}

type Log = Arc<Mutex<String>>;

async fn requests(client: OwnedReadHalf, mut server: OwnedWriteHalf, log: Log) -> Option<()> {
    let mut client = BufReader::new(client);
    // The first message has no letter.
    let length = client.read_u32().await.ok()?;
    server.write_u32(length).await.ok()?;
    let mut rest = vec![0; length as usize - 4];
    client.read_exact(&mut rest).await.ok()?;
    server.write_all(&rest).await.ok()?;
    loop {
        let (kind, message) = message(&mut client).await?;
        if b"PBCQ".contains(&kind) {
            log.lock().unwrap().push(char::from(kind));
        }
        server.write_all(&message).await.ok()?;
    }
}

async fn answers(server: OwnedReadHalf, mut client: OwnedWriteHalf, log: Log) -> Option<()> {
    let mut server = BufReader::new(server);
    loop {
        let (kind, mut answer) = message(&mut server).await?;
        // An answer is held back as a whole: one delay for each.
        let mut last = kind;
        while last != b'Z' {
            let (kind, message) = message(&mut server).await?;
            answer.extend(message);
            last = kind;
        }
        sleep(DELAY).await;
        log.lock().unwrap().push('.');
        client.write_all(&answer).await.ok()?;
    }
}

/// A message with its letter and length.
async fn message(from: &mut BufReader<OwnedReadHalf>) -> Option<(u8, Vec<u8>)> {
    let kind = from.read_u8().await.ok()?;
    let length = from.read_u32().await.ok()?;
    let mut message = vec![kind];
    message.extend(length.to_be_bytes());
    message.resize(length as usize + 1, 0);
    from.read_exact(&mut message[5..]).await.ok()?;
    Some((kind, message))
}
