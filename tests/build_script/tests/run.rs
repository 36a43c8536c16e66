//! What the build script generated, run.
#![allow(clippy::unwrap_used)]

use rowsmith_runtime::Database;
use rowsmith_test_build_script::db::{Board, Item, NewBoard, NewItem, Priority};
use rowsmith_test_server::TestServer;

#[tokio::test]
async fn the_generated_code_runs() {
    let database = TestServer::shared().create_database(Some(include_str!("../schema.sql")));
    let db = Database::connect(&database.url()).await.unwrap();

    let board = NewBoard::new("Shopping").insert(&db).await.unwrap();
    let items = Item::insert_many(
        &db,
        &[
            NewItem::new(board.id, "bread"),
            NewItem::new(board.id, "milk").priority(Priority::High),
        ],
    )
    .await
    .unwrap();
    assert_eq!(items.len(), 2);

    let found = Board::find_by_title(&db, "Shopping").await.unwrap();
    assert_eq!(found, Some(board.clone()));
    let mut priorities: Vec<_> = board
        .items(&db)
        .await
        .unwrap()
        .into_iter()
        .map(|item| (item.text, item.priority))
        .collect();
    priorities.sort();
    assert_eq!(
        priorities,
        [
            ("bread".to_owned(), Priority::Low),
            ("milk".to_owned(), Priority::High)
        ]
    );
    assert_eq!(items[0].board(&db).await.unwrap(), board);
}
