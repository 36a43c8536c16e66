//! The pool's workings: how connections are made, checked, given back and given up.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{
    self, Metrics, PoolConfig, PoolError, RecycleError, RecycleResult, Timeouts,
};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::connect::Target;
use crate::connection::Handle;
use crate::database::{DatabaseBuilder, Recycling, Secret};
use crate::statements::Statements;
use crate::{Connection, Error, Result, pooler};

/// How long a connection that comes back in the middle of a statement has to come to its end.
const PATIENCE: Duration = Duration::from_millis(50);

/// How long to try to tell the server that a statement is not waited for any more.
const GIVING_UP: Duration = Duration::from_secs(10);

/// Whether the server answers, and is in no transaction that somebody has begun with SQL of his own: in
/// one that has failed this fails as well.
const CHECK: &str = "SELECT pg_catalog.now() = pg_catalog.statement_timestamp()";

/// What an unclean session is made clean with: `DISCARD ALL` without what prepared statements need.
const CLEAN: &str = "\
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
SELECT pg_catalog.pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// The connections to one server.
#[derive(Clone)]
pub(crate) struct Pool(managed::Pool<Manager>);

/// How a pool is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections that there can be.
    pub max_connections: usize,
    /// The connections that there are.
    pub connections: usize,
    /// Those of them that are free.
    pub available: usize,
    /// How many callers wait for one.
    pub waiting: usize,
    /// How many connections were opened since the pool was made.
    pub opened: u64,
    /// How many of them were given up again: closed, too old, or in no state to be used again.
    pub discarded: u64,
    /// How many times a connection was checked out.
    pub checkouts: u64,
    /// How many times no connection was to be had in time.
    pub timeouts: u64,
    /// How long all callers together have waited for their connections, those included that were
    /// there at once.
    pub waited: Duration,
}

#[derive(Default)]
struct Counters {
    opened: AtomicU64,
    discarded: AtomicU64,
    checkouts: AtomicU64,
    timeouts: AtomicU64,
    waited_nanos: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Pool {
    pub(crate) fn new(mut target: Target, settings: &DatabaseBuilder) -> Result<Self> {
        if let Some(time) = settings.create_timeout {
            target.share_out(time);
        }
        let manager = Manager {
            target,
            settings: settings.clone(),
            counters: Counters::default(),
        };
        let mut config = PoolConfig::new(settings.max_connections);
        config.timeouts = Timeouts {
            wait: settings.wait_timeout,
            create: settings.create_timeout,
            recycle: settings.recycle_timeout,
        };
        let pool = managed::Pool::builder(manager)
            .config(config)
            .runtime(Runtime::Tokio1)
            .build()
            // Building fails only where there are timeouts and no runtime.
            .map_err(|_| Error::Closed)?;
        Ok(Self(pool))
    }

    pub(crate) async fn connection(&self) -> Result<Connection> {
        self.take(&self.0.timeouts()).await
    }

    /// As [`connection`](Self::connection), without waiting for others to give one back.
    pub(crate) async fn connection_now(&self) -> Result<Connection> {
        let mut timeouts = self.0.timeouts();
        timeouts.wait = Some(Duration::ZERO);
        self.take(&timeouts).await
    }

    async fn take(&self, timeouts: &Timeouts) -> Result<Connection> {
        let counters = &self.0.manager().counters;
        let begun = Instant::now();
        let object = self.0.timeout_get(timeouts).await;
        let waited = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        counters.waited_nanos.fetch_add(waited, Ordering::Relaxed);
        match object {
            Ok(object) => {
                count(&counters.checkouts);
                Ok(Connection::pooled(Checkout(Some(object))))
            }
            Err(error) => {
                if matches!(error, PoolError::Timeout(_)) {
                    count(&counters.timeouts);
                }
                Err(error.into())
            }
        }
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let status = self.0.status();
        let counters = &self.0.manager().counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PoolStatus {
            max_connections: status.max_size,
            connections: status.size,
            available: status.available,
            waiting: status.waiting,
            opened: read(&counters.opened),
            discarded: read(&counters.discarded),
            checkouts: read(&counters.checkouts),
            timeouts: read(&counters.timeouts),
            waited: Duration::from_nanos(read(&counters.waited_nanos)),
        }
    }
}

/// A connection that is out of the pool, and goes back when it is dropped.
pub(crate) struct Checkout(Option<managed::Object<Manager>>);

impl Checkout {
    pub(crate) fn handle(&self) -> &Handle {
        // Only `drop` takes it.
        self.0.as_deref().expect("a connection until it is dropped")
    }
}

impl Drop for Checkout {
    /// A statement that nobody waits for any more may take long, and the next user would wait for it.
    /// So the connection goes back once the statement has come to its end, which it gets a moment for;
    /// after that the server is asked to give it up, and the connection is closed. (It is not used
    /// again: the request might reach the server late and hit somebody else's statement.)
    fn drop(&mut self) {
        let Some(object) = self.0.take() else {
            return;
        };
        let activity = &object.activity;
        if activity.is_spoilt() || object.client.is_closed() {
            drop(managed::Object::take(object));
            return;
        }
        if !activity.is_unfinished() {
            return;
        }
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(settle(object))),
            Err(_) => drop(managed::Object::take(object)),
        }
    }
}

async fn settle(object: managed::Object<Manager>) {
    let answered = tokio::time::timeout(PATIENCE, object.client.simple_query("")).await;
    if let Ok(Ok(_)) = answered {
        object.activity.settle();
        return;
    }
    let token = object.client.cancel_token();
    let pool = managed::Object::pool(&object);
    drop(managed::Object::take(object));
    if let Some(pool) = pool {
        let _ = tokio::time::timeout(GIVING_UP, pool.manager().target.cancel(&token)).await;
    }
}

/// Makes connections and checks them.
pub(crate) struct Manager {
    target: Target,
    settings: DatabaseBuilder,
    counters: Counters,
}

impl managed::Manager for Manager {
    /// Boxed, for it is moved with every query through the pool.
    type Type = Box<Handle>;
    type Error = Error;

    async fn create(&self) -> Result<Self::Type> {
        // Boxed, as the check below is, because it is a part of every query's future.
        Box::pin(self.open()).await
    }

    async fn recycle(&self, handle: &mut Self::Type, metrics: &Metrics) -> RecycleResult<Error> {
        let settings = &self.settings;
        let exceeds = |limit: Option<Duration>, time| limit.is_some_and(|limit| time > limit);
        if handle.client.is_closed() || handle.activity.is_spoilt() {
            return Err(RecycleError::message("it is closed"));
        }
        if exceeds(settings.max_lifetime, metrics.age()) {
            return Err(RecycleError::message("it is too old"));
        }
        if exceeds(settings.idle_timeout, metrics.last_used()) {
            return Err(RecycleError::message("it was not used for too long"));
        }
        match settings.recycling {
            Recycling::Fast => Ok(()),
            Recycling::Verified => Box::pin(check(&handle.client)).await,
            Recycling::Clean => Box::pin(self.clean(&handle.client)).await,
        }
    }

    fn detach(&self, _: &mut Self::Type) {
        count(&self.counters.discarded);
    }
}

impl Manager {
    async fn open(&self) -> Result<Box<Handle>> {
        let settings = &self.settings;
        let client = self.target.connect().await?;
        let mut statements = Statements::new(settings.statement_cache);
        if !settings.named_statements {
            statements = statements.unnamed(pooler::learn_types(&client).await?);
        }
        for Secret(sql) in &settings.on_connect {
            client.batch_execute(sql).await?;
        }
        count(&self.counters.opened);
        Ok(Box::new(Handle {
            client,
            statements,
            activity: Arc::default(),
            log_parameters: settings.log_parameters,
        }))
    }

    async fn clean(&self, client: &Client) -> RecycleResult<Error> {
        check(client).await?;
        let on_connect = self.settings.on_connect.iter();
        for sql in iter::once(CLEAN).chain(on_connect.map(|Secret(sql)| sql.as_str())) {
            client.batch_execute(sql).await.map_err(Error::from)?;
        }
        Ok(())
    }
}

async fn check(client: &Client) -> RecycleResult<Error> {
    let answer = client.simple_query(CHECK).await.map_err(Error::from)?;
    let fits = answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    });
    match fits {
        true => Ok(()),
        false => Err(RecycleError::message("it is in a transaction")),
    }
}
