//! Optimistic locking: what was changed since it was read is not overwritten.

use rowsmith_runtime::{Error, Executor, Result};

use crate::database::Live;
use crate::trees::locking::{
    Account, AccountPatch, Booking, BookingPatch, NewAccount, NewBooking, NewNote, NewSeat, Note,
    NotePatch, Seat, SeatPatch,
};

fn is_stale<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::StaleRow))
}

#[tokio::test]
async fn a_version_counts_up() {
    let db = Live::create("locking").await;
    let read = NewAccount::new("ada").insert(&*db).await.unwrap();
    assert_eq!(read.version, 1);
    let deposit = AccountPatch::new().balance(100);
    let changed = deposit.apply_to(&*db, &read).await.unwrap();
    assert_eq!((changed.balance, changed.version), (100, 2));
    let other = AccountPatch::new().balance(7).owner("eve");
    assert!(is_stale(&other.apply_to(&*db, &read).await));
    assert_eq!(
        Account::find(&*db, read.id).await.unwrap(),
        Some(changed.clone())
    );
    // With the row as it is now, it goes.
    let changed = other.apply_to(&*db, &changed).await.unwrap();
    assert_eq!((changed.owner.as_str(), changed.version), ("eve", 3));
    // A change that asks for nothing counts as well.
    let changed = deposit.apply(&*db, read.id).await.unwrap().unwrap();
    assert_eq!(changed.version, 4);

    // A patch that sets nothing reads the row, if it is still the same.
    let nothing = AccountPatch::new();
    assert!(is_stale(&nothing.apply_to(&*db, &read).await));
    assert_eq!(nothing.apply_to(&*db, &changed).await.unwrap(), changed);
    assert_eq!(
        nothing.apply(&*db, read.id).await.unwrap(),
        Some(changed.clone())
    );

    // What the database refuses changes nothing either.
    let debt = AccountPatch::new().balance(-1);
    let refused = debt.apply_to(&*db, &changed).await;
    assert!(matches!(refused, Err(Error::CheckViolation(_))));
    assert_eq!(
        Account::find(&*db, read.id).await.unwrap(),
        Some(changed.clone())
    );

    assert!(Account::delete_by_id(&*db, read.id).await.unwrap());
    assert!(is_stale(&deposit.apply_to(&*db, &changed).await));
    assert!(is_stale(&nothing.apply_to(&*db, &changed).await));
    assert_eq!(deposit.apply(&*db, read.id).await.unwrap(), None);
}

#[tokio::test]
async fn every_change_counts() {
    let db = Live::create("locking").await;
    let read = NewAccount::new("ada").insert(&*db).await.unwrap();

    let upsert = async |row: NewAccount| row.upsert_by_owner(&*db).await.unwrap();
    let upserted = upsert(NewAccount::new("ada").balance(5)).await;
    assert_eq!((upserted.balance, upserted.version), (5, 2));
    // What is given is the version of a new row, not of one that is there.
    let given = upsert(NewAccount::new("ada").balance(6).version(1)).await;
    assert_eq!(given.version, 3);
    // Without anything to change, nothing is.
    let same = upsert(NewAccount::new("ada")).await;
    assert_eq!((same.balance, same.version), (6, 3));
    let same = upsert(NewAccount::new("ada").version(9)).await;
    assert_eq!(same.version, 3);

    let rows = [NewAccount::new("ada").balance(7).version(1)];
    let insert = || Account::insert(&rows).on_conflict(Account::OWNER);
    let changed = insert().do_update().all(&*db).await.unwrap();
    assert_eq!((changed[0].balance, changed[0].version), (7, 4));
    let changed = insert().do_update_of(Account::BALANCE).all(&*db);
    assert_eq!(changed.await.unwrap()[0].version, 5);
    let set = insert()
        .do_update_of(Account::BALANCE)
        .set(Account::BALANCE, 8);
    assert_eq!(set.all(&*db).await.unwrap()[0].version, 6);
    let rows_of_two_shapes = [rows[0].clone(), NewAccount::new("bob")];
    let changed = Account::insert(&rows_of_two_shapes).on_conflict(Account::OWNER);
    let changed = changed.do_update().all(&*db).await.unwrap();
    assert_eq!((changed[0].version, changed[1].version), (7, 1));
    assert_eq!(insert().do_nothing().execute(&*db).await.unwrap(), 0);

    let update = || Account::update().filter(Account::OWNER.eq("ada"));
    let set = update().set(Account::BALANCE, Account::BALANCE + 1);
    assert_eq!(set.returning().one(&*db).await.unwrap().version, 8);
    assert!(is_stale(
        &AccountPatch::new().balance(0).apply_to(&*db, &read).await
    ));

    // Who sets the column, sets it.
    let set = update().set(Account::BALANCE, 1).set(Account::VERSION, 20);
    assert_eq!(set.returning().one(&*db).await.unwrap().version, 20);
    let set = insert().do_update().set(Account::VERSION, 30);
    assert_eq!(set.all(&*db).await.unwrap()[0].version, 30);
    let set = insert().do_update_of(Account::VERSION).all(&*db);
    assert_eq!(set.await.unwrap()[0].version, 1);
}

#[tokio::test]
async fn a_composite_key() {
    let db = Live::create("locking").await;
    let ada = NewAccount::new("ada").insert(&*db).await.unwrap();
    let rows = [NewSeat::new("LH1", 1, 1), NewSeat::new("LH1", 2, 1)];
    let seats = Seat::insert_many(&*db, &rows).await.unwrap();
    let take = SeatPatch::new().taken_by(ada.id);
    let taken = take.apply_to(&*db, &seats[0]).await.unwrap();
    assert_eq!((taken.taken_by, taken.revision), (Some(ada.id), 2));
    let free = SeatPatch::new().taken_by(None);
    assert!(is_stale(&free.apply_to(&*db, &seats[0]).await));
    assert_eq!(
        Seat::find(&*db, "LH1", 1).await.unwrap(),
        Some(taken.clone())
    );
    let other = Seat::find(&*db, "LH1", 2).await.unwrap();
    assert_eq!(other, Some(seats[1].clone()));

    // The revision has to be given, and counts up all the same.
    let row = NewSeat::new("LH1", 1, 1).taken_by(None);
    let row = row.upsert_by_flight_and_number(&*db).await.unwrap();
    assert_eq!((row.taken_by, row.revision), (None, 3));
    assert!(is_stale(&take.apply_to(&*db, &taken).await));

    // The key itself may change.
    let moved = SeatPatch::new().number(9);
    let moved = moved.apply_to(&*db, &row).await.unwrap();
    assert_eq!((moved.number, moved.revision), (9, 4));
    assert!(is_stale(&take.apply_to(&*db, &row).await));
}

/// Reads the row with the statement's own version of it, changes it, and tries to change it once more.
async fn xmin_changes(db: &impl Executor, note: &Note) {
    let patch = NotePatch::new().body("changed");
    let changed = patch.apply_to(db, note).await.unwrap();
    assert_eq!(changed.body.as_deref(), Some("changed"));
    assert_ne!(changed.xmin, note.xmin);
    let other = NotePatch::new().body("lost");
    assert!(is_stale(&other.apply_to(db, note).await));
    let nothing = NotePatch::new();
    assert!(is_stale(&nothing.apply_to(db, note).await));
    assert_eq!(nothing.apply_to(db, &changed).await.unwrap(), changed);
    assert_eq!(Note::find(db, note.id).await.unwrap(), Some(changed));
}

#[tokio::test]
async fn postgresqls_own_version() {
    let db = Live::create("locking").await;
    let ada = NewAccount::new("ada").insert(&*db).await.unwrap();
    let insert = || async { NewNote::new(ada.id).insert(&*db).await.unwrap() };
    xmin_changes(&*db, &insert().await).await;
    xmin_changes(&db.client().await, &insert().await).await;
    let note = insert().await;
    let tx = db.begin().await.unwrap();
    xmin_changes(&tx, &note).await;
    tx.commit().await.unwrap();
    assert!(Note::delete_by_id(&*db, note.id).await.unwrap());
    let patch = NotePatch::new().body("late");
    assert!(is_stale(&patch.apply_to(&*db, &note).await));

    // The key travels as text.
    let booking = NewBooking::new("10100000", 1);
    let booking = booking.insert(&*db).await.unwrap();
    let patch = BookingPatch::new().room(2);
    let changed = patch.apply_to(&*db, &booking).await.unwrap();
    assert_eq!(changed.room, 2);
    assert!(is_stale(&patch.apply_to(&*db, &booking).await));
    assert_eq!(Booking::list(&*db).await.unwrap(), [changed]);
}

#[tokio::test]
async fn of_two_at_once_one_wins() {
    let db = Live::create("locking").await;
    let read = NewAccount::new("ada").insert(&*db).await.unwrap();
    let attempts = (0..8).map(|n| {
        let (db, read) = (db.clone(), read.clone());
        tokio::spawn(async move { AccountPatch::new().balance(n).apply_to(&db, &read).await })
    });
    let mut won = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(row) => {
                assert_eq!(row.version, 2);
                won += 1;
            }
            Err(error) => assert!(matches!(error, Error::StaleRow), "{error}"),
        }
    }
    assert_eq!(won, 1);
}
