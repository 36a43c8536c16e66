//! Connecting to a server.

#[cfg(feature = "pool")]
use tokio_postgres::CancelToken;
use tokio_postgres::{Client, Config, NoTls};

use crate::{Error, Result};

/// What a connection string says.
#[derive(Clone)]
pub(crate) struct Target {
    config: Config,
}

impl Target {
    /// Reads a connection string.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionString`].
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let config = url.parse().map_err(|_| Error::ConnectionString)?;
        Ok(Self { config })
    }

    #[cfg(feature = "pool")]
    pub(crate) fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Connects, and drives the connection in a task of its own.
    ///
    /// # Errors
    ///
    /// What the connecting came to.
    pub(crate) async fn connect(&self) -> Result<Client> {
        let (client, connection) = self.config.connect(NoTls).await?;
        // An error of the connection reaches whoever uses the client.
        tokio::spawn(connection);
        Ok(client)
    }

    /// Asks the server to give up what it is doing for a connection.
    #[cfg(feature = "pool")]
    pub(crate) async fn cancel(&self, token: &CancelToken) {
        // It may be done, or the server gone; either way nobody is waiting.
        let _ = token.cancel_query(NoTls).await;
    }
}
