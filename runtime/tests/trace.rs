//! What `tracing` is told.

#![cfg(all(feature = "pool", feature = "tracing"))]
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt;
use rowsmith_runtime::{Database, Error, Isolation, query};
use rowsmith_test_trees::blog::{NewTag, Tag};
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

const BLOG: &str = include_str!("../../fixtures/blog/schema.sql");

/// Writes spans and events down, one line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn line(&self, name: &str, fields: impl FnOnce(&mut Line)) {
        let mut line = Line(name.to_owned());
        fields(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // How long it took is different each time.
        if field.name() != "elapsed" {
            write!(self.0, " {field}={value:?}").unwrap();
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("rowsmith")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata().name(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line("record", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.line("event", |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A database, in which `log_parameters` says whether they are seen.
async fn logged(log_parameters: bool) -> (rowsmith_test_server::TestDatabase<'static>, Database) {
    let (database, _) = common::database_with(BLOG).await;
    let db = Database::builder()
        .log_parameters(log_parameters)
        .connect(&database.url())
        .await
        .unwrap();
    (database, db)
}

#[tokio::test]
async fn statements_are_told_with_their_rows_and_without_their_parameters() {
    let (_database, db) = logged(false).await;
    let log = Log::default();
    async {
        NewTag::new("secret").insert(&db).await?;
        Tag::find_by_name(&db, "secret").await
    }
    .with_subscriber(Dispatch::new(log.clone()))
    .await
    .unwrap();
    let lines = log.take();
    assert!(lines[0].starts_with(
        "query db.system.name=\"postgresql\" db.query.text=\"INSERT INTO \\\"public\\\".\\\"tags\\\""
    ));
    let rest = lines[1..].iter().map(String::as_str);
    let told = [
        "record db.response.returned_rows=1",
        "event message=finished rows=1",
    ];
    assert_eq!(rest.filter(|line| told.contains(line)).count(), 4);
    assert!(!lines.join("\n").contains("secret"), "{lines:#?}");
}

#[tokio::test]
async fn parameters_are_told_where_they_may_be() {
    let (_database, db) = logged(true).await;
    let log = Log::default();
    Tag::find_by_name(&db, "secret")
        .with_subscriber(Dispatch::new(log.clone()))
        .await
        .unwrap();
    assert_eq!(log.take()[1], "record db.query.parameters=[\"secret\"]");
}

#[tokio::test]
async fn errors_and_abandoned_streams_are_told() {
    let (_database, db) = logged(false).await;
    let log = Log::default();
    async {
        let wrong = query::execute(&db, "SELECT 'secret'::int", &[]).await;
        assert!(wrong.is_err());
        for tag in ["a", "b", "c"] {
            NewTag::new(tag).insert(&db).await?;
        }
        let mut tags = Tag::select().stream(&db).await?;
        tags.try_next().await?;
        Ok::<_, Error>(())
    }
    .with_subscriber(Dispatch::new(log.clone()))
    .await
    .unwrap();
    let lines = log.take();
    let record = "record db.response.status_code=\"22P02\"";
    assert_eq!(lines[1..3], [record, "event message=failed code=\"22P02\""]);
    assert_eq!(lines.last().unwrap(), "event message=abandoned rows=1");
}

#[tokio::test]
async fn transactions_are_told_with_what_became_of_them() {
    let (_database, db) = logged(false).await;
    let log = Log::default();
    async {
        db.transaction_with(Isolation::Serializable, async |_| Ok(()))
            .await?;
        db.begin().await?.rollback().await?;
        drop(db.begin().await?);
        Ok::<_, Error>(())
    }
    .with_subscriber(Dispatch::new(log.clone()))
    .await
    .unwrap();
    let plain = "transaction db.system.name=\"postgresql\" begin=\"BEGIN\" retry=0";
    assert_eq!(
        log.take(),
        [
            "transaction db.system.name=\"postgresql\" begin=\"BEGIN ISOLATION LEVEL SERIALIZABLE\" retry=0",
            "event message=committed",
            plain,
            "event message=rolled back",
            plain,
            "event message=dropped",
        ]
    );
}
