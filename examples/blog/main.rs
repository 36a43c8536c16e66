//! A blog as a web service: `cargo run --example blog -- postgres://localhost/blog`
//!
//! The data layer is what `rowsmith generate` writes for `fixtures/blog/schema.sql`.

#[path = "../../tests/golden/blog/mod.rs"]
mod db;
mod posts;
mod users;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, patch, post};
use rowsmith_runtime::web::Transactions;
use rowsmith_runtime::{Database, Error, Result};
use tokio::net::TcpListener;

fn router(db: Database) -> Router {
    Router::new()
        .route("/users", post(users::create))
        .route("/users/{id}", patch(users::change).delete(users::delete))
        .route("/authors", get(users::authors))
        .route("/posts", get(posts::list).post(posts::create))
        .route(
            "/posts/{id}",
            get(posts::show).patch(posts::change).delete(posts::delete),
        )
        .route("/posts/{id}/comments", post(posts::comment))
        .layer(Transactions::new(db.clone()))
        .layer(map_response(log))
        .with_state(db)
}

/// The client is not told what went wrong inside; this is where it shows.
async fn log(response: Response) -> Response {
    if response.status().is_server_error()
        && let Some(error) = response.extensions().get::<Arc<Error>>()
    {
        eprintln!("{error}");
    }
    response
}

/// Creates the tables unless there are some, and sees that they are what the code expects.
async fn prepare(db: &Database) -> Result<()> {
    match db::create_all(db).await {
        Ok(()) | Err(Error::SchemaExists(_)) => db::verify(db).await,
        Err(error) => Err(error),
    }
}

async fn interrupted() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        eprintln!("ctrl-c will not stop this gently: {error}");
        std::future::pending().await
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().or_else(|| env::var("DATABASE_URL").ok());
    let url = url.ok_or("which database? Give its URL, or set DATABASE_URL")?;
    let port = arguments.next().or_else(|| env::var("PORT").ok());
    let port: u16 = port.map_or(Ok(3000), |port| port.parse())?;

    let db = Database::connect(&url).await?;
    prepare(&db).await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(db))
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
