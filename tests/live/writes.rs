//! The edges of writing: rows without columns, defaults, sequences, everything that can settle a conflict,
//! and every sort of constraint.

use rowsmith_runtime::chrono::DateTime;
use rowsmith_runtime::{Assign, Error, Range};

use crate::database::Live;
use crate::trees;

#[tokio::test]
async fn rows_with_nothing_to_give() {
    use trees::inserts::{
        DefaultsOnly, GeneratedOnly, IdentityOnly, NewDefaultsOnly, NewGeneratedOnly,
        NewIdentityOnly, NewNoColumn, NoColumn,
    };

    let db = Live::create("inserts").await;
    let one = NewIdentityOnly::new().insert(&*db).await.unwrap();
    let more = [NewIdentityOnly::new(), NewIdentityOnly::new()];
    let more = IdentityOnly::insert_many(&*db, &more).await.unwrap();
    assert_eq!(
        more.iter().map(|row| row.id).collect::<Vec<_>>(),
        [one.id + 1, one.id + 2]
    );
    assert!(IdentityOnly::delete_by_id(&*db, one.id).await.unwrap());

    let generated = NewGeneratedOnly::new().insert(&*db).await.unwrap();
    assert_eq!(
        (generated.one, generated.two.as_deref()),
        (Some(1), Some("two"))
    );
    let many = vec![NewGeneratedOnly::new(); 3];
    assert_eq!(
        GeneratedOnly::insert_many(&*db, &many).await.unwrap().len(),
        3
    );

    NewNoColumn::new().insert(&*db).await.unwrap();
    let none = vec![NewNoColumn::new(); 2];
    assert_eq!(NoColumn::insert_many(&*db, &none).await.unwrap().len(), 2);
    assert_eq!(NoColumn::count(&*db).await.unwrap(), 3);
    assert_eq!(NoColumn::list(&*db).await.unwrap().len(), 3);

    let rows = [
        NewDefaultsOnly::new(),
        NewDefaultsOnly::new().id(50).label("given"),
        NewDefaultsOnly::new().label(None),
    ];
    let rows = DefaultsOnly::insert_many(&*db, &rows).await.unwrap();
    let labels: Vec<_> = rows.iter().map(|row| row.label.as_deref()).collect();
    assert_eq!(labels, [Some("unnamed"), Some("given"), None]);
    assert_eq!(rows[1].id, 50);
}

#[tokio::test]
async fn a_default_is_not_null() {
    use trees::inserts::{NewNullableDefault, NullableDefault, NullableDefaultPatch};

    let db = Live::create("inserts").await;
    let rows = [
        NewNullableDefault::new(),
        NewNullableDefault::new().score(None),
        NewNullableDefault::new().score(1),
        NewNullableDefault::new().note(None).score(Some(2)),
    ];
    let rows = NullableDefault::insert_many(&*db, &rows).await.unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (row.score, row.note.as_deref()))
        .collect();
    let none = Some("none");
    assert_eq!(
        seen,
        [
            (Some(10), none),
            (None, none),
            (Some(1), none),
            (Some(2), None)
        ]
    );

    // The fields are public: what is built by hand is the same.
    let by_hand = NullableDefaultPatch {
        score: Assign::To(None),
        note: Assign::Omit,
    };
    let changed = by_hand.apply(&*db, rows[0].id).await.unwrap().unwrap();
    assert_eq!((changed.score, changed.note.as_deref()), (None, none));
}

#[tokio::test]
async fn arrays_of_arrays() {
    use trees::inserts::{ArrayRow, NewArrayRow};

    let db = Live::create("inserts").await;
    let rows = [
        NewArrayRow::new(vec![1, 2, 3]).texts(vec!["a".to_owned()]),
        NewArrayRow::new(vec![]).flags(vec![]),
        NewArrayRow::new(vec![4])
            .flags(None)
            .blobs(vec![vec![], vec![255]]),
    ];
    let rows = ArrayRow::insert_many(&*db, &rows).await.unwrap();
    assert_eq!(
        (&rows[0].numbers, &rows[0].texts),
        (&vec![1, 2, 3], &Some(vec!["a".to_owned()]))
    );
    assert_eq!((&rows[0].flags, &rows[0].blobs), (&Some(vec![true]), &None));
    assert_eq!((&rows[1].numbers, &rows[1].flags), (&vec![], &Some(vec![])));
    assert_eq!(
        (&rows[2].flags, &rows[2].blobs),
        (&None, &Some(vec![vec![], vec![255]]))
    );
}

#[tokio::test]
async fn one_column_that_is_the_key() {
    use trees::inserts::{NewOneColumn, NewRequiredKey, OneColumn, OneColumnPatch, RequiredKey};

    let db = Live::create("inserts").await;
    let rows = [NewOneColumn::new("a"), NewOneColumn::new("b")];
    assert_eq!(OneColumn::insert_many(&*db, &rows).await.unwrap().len(), 2);
    NewOneColumn::new("a").upsert_by_name(&*db).await.unwrap();
    let renamed = OneColumnPatch::new()
        .name("c")
        .apply(&*db, "a")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(renamed.name, "c");
    assert!(!OneColumn::exists(&*db, "a").await.unwrap());

    let row = NewRequiredKey::new(7, "seven")
        .upsert_by_id(&*db)
        .await
        .unwrap();
    let row = NewRequiredKey::new(row.id, "7")
        .upsert_by_id(&*db)
        .await
        .unwrap();
    assert_eq!(RequiredKey::list(&*db).await.unwrap(), [row]);
}

#[tokio::test]
async fn sequences_count() {
    use trees::sequences::{
        CreditNote, Identity, Invoice, NewCreditNote, NewIdentity, NewInvoice, NewOwned,
        NewRenamed, NewSerial, Serial,
    };

    let db = Live::create("sequences").await;
    let serial = NewSerial::new().insert(&*db).await.unwrap();
    assert_eq!((serial.id, serial.big, serial.small), (1, 1, 1));
    let given = NewSerial::new()
        .id(10)
        .big(5)
        .label("x")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((given.id, given.big, given.small), (10, 5, 2));
    assert_eq!(Serial::count(&*db).await.unwrap(), 2);

    let identity = NewIdentity::new().insert(&*db).await.unwrap();
    assert_eq!(
        (identity.always_id, identity.default_id, identity.small_id),
        (100, 7, 1)
    );
    let next = NewIdentity::new()
        .default_id(70)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((next.always_id, next.default_id), (105, 70));
    assert_eq!(
        Identity::find_by_default_id(&*db, 70).await.unwrap(),
        Some(next)
    );

    let invoice: Invoice = NewInvoice::new("9.50".parse().unwrap())
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(invoice.number, 1000);
    let note: CreditNote = NewCreditNote::new(invoice.number)
        .insert(&*db)
        .await
        .unwrap();
    // Each connection takes five numbers at a time, ten apart.
    assert_eq!(note.number % 10, 0);
    assert_eq!(note.invoice_number(&*db).await.unwrap(), invoice);

    assert_eq!(NewOwned::new().insert(&*db).await.unwrap().id, 1);
    let renamed = NewRenamed::new().insert(&*db).await.unwrap();
    assert_eq!((renamed.id, renamed.counter), (1, 1_i64));
}

#[tokio::test]
async fn conflicts() {
    use rowsmith_runtime::chrono::Utc;
    use trees::upserts::{Counter, Member, MemberPatch, NewCounter, NewMember, NewSeen, Seen};

    let db = Live::create("upserts").await;
    let ada = NewMember::new("ada@example.com", "red")
        .nickname("countess")
        .insert(&*db)
        .await
        .unwrap();

    // A partial unique index: deleted members do not count.
    let found = Member::find_by_email(&*db, "ada@example.com")
        .await
        .unwrap();
    assert_eq!(found.as_ref().map(|member| member.id), Some(ada.id));
    MemberPatch::new()
        .deleted_at(Utc::now())
        .apply(&*db, ada.id)
        .await
        .unwrap();
    assert_eq!(
        Member::find_by_email(&*db, "ada@example.com")
            .await
            .unwrap(),
        None
    );
    let again = NewMember::new("ada@example.com", "blue")
        .upsert_by_email(&*db)
        .await
        .unwrap();
    assert_ne!(again.id, ada.id);
    let same = NewMember::new("ada@example.com", "green")
        .visits(5)
        .upsert_by_email(&*db)
        .await
        .unwrap();
    assert_eq!(
        (same.id, same.team.as_str(), same.visits),
        (again.id, "green", 5)
    );

    // NULLs that count as equal.
    let badge = NewMember::new("guard@example.com", "gate")
        .badge(1)
        .insert(&*db)
        .await
        .unwrap();
    let found = Member::find_by_team_and_badge(&*db, "gate", 1)
        .await
        .unwrap();
    assert_eq!(found, Some(badge));
    let other = NewMember::new("eve@example.com", "green")
        .upsert_by_team_and_badge(&*db)
        .await
        .unwrap();
    assert_eq!(
        (other.id, other.email.as_str()),
        (same.id, "eve@example.com")
    );

    // NULLs that don't.
    assert_eq!(
        Member::find_by_nickname(&*db, "countess")
            .await
            .unwrap()
            .unwrap()
            .id,
        ada.id
    );
    let nameless = NewMember::new("bob@example.com", "white")
        .upsert_by_nickname(&*db)
        .await
        .unwrap();
    assert_eq!(nameless.nickname, None);

    match NewMember::new("EVE@example.com", "green")
        .badge(1)
        .insert(&*db)
        .await
    {
        Err(Error::UniqueViolation(v)) => assert_eq!(v.constraint, Member::MEMBERS_LOWER_EMAIL_IDX),
        other => panic!("{other:?}"),
    }

    let seen = NewSeen::new("cup", "shelf");
    seen.upsert_by_item_and_place(&*db).await.unwrap();
    seen.upsert_by_item_and_place(&*db).await.unwrap();
    assert_eq!(Seen::count(&*db).await.unwrap(), 1);

    NewCounter::new("hits")
        .value(1)
        .upsert_by_name(&*db)
        .await
        .unwrap();
    let hits = NewCounter::new("hits")
        .value(21)
        .upsert_by_name(&*db)
        .await
        .unwrap();
    assert_eq!((hits.value, hits.doubled), (21, Some(42)));
    // What is left out stays.
    assert_eq!(
        NewCounter::new("hits").upsert_by_name(&*db).await.unwrap(),
        hits
    );
    assert_eq!(Counter::count(&*db).await.unwrap(), 1);
}

#[tokio::test]
async fn constraints_that_wait() {
    use trees::upserts::{NewSlot, Slot, SlotPatch};

    let db = Live::create("upserts").await;
    NewSlot::new(1, 1).insert(&*db).await.unwrap();
    NewSlot::new(2, 2).insert(&*db).await.unwrap();
    let tx = db.begin().await.unwrap();
    SlotPatch::new().position(2).apply(&tx, 1).await.unwrap();
    SlotPatch::new().position(1).apply(&tx, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        Slot::find_by_position(&*db, 1).await.unwrap().unwrap().id,
        2
    );

    let tx = db.begin().await.unwrap();
    SlotPatch::new().position(1).apply(&tx, 1).await.unwrap();
    match tx.commit().await {
        Err(Error::UniqueViolation(v)) => assert_eq!(v.constraint, Slot::SLOTS_POSITION_KEY),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_constraint_has_its_error() {
    use trees::constraints::{
        NewOwner, NewReservation, NewRoom, NewThing, Owner, Reservation, Room, Thing,
    };

    let db = Live::create("constraints").await;
    let room = NewRoom::new("Blue").floor(3).insert(&*db).await.unwrap();
    let hour = |hour: i64| DateTime::from_timestamp(1_704_067_200 + 3600 * hour, 0).unwrap();
    let morning = Range::new(hour(8), hour(12));
    let stay = NewReservation::new(room.id, morning)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(stay.room(&*db).await.unwrap(), room);
    match NewReservation::new(room.id, morning).insert(&*db).await {
        Err(Error::ExclusionViolation(v)) => {
            assert_eq!(v.constraint, Reservation::RESERVATIONS_NO_OVERLAP);
        }
        other => panic!("{other:?}"),
    }
    NewReservation::new(room.id, morning)
        .cancelled(true)
        .insert(&*db)
        .await
        .unwrap();
    match NewReservation::new(room.id, Range::Empty)
        .insert(&*db)
        .await
    {
        Err(Error::CheckViolation(v)) => {
            assert_eq!(v.constraint, Reservation::RESERVATIONS_BOUNDED)
        }
        other => panic!("{other:?}"),
    }
    match NewRoom::new("Attic").floor(99).insert(&*db).await {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, Room::ROOMS_FLOOR_RANGE),
        other => panic!("{other:?}"),
    }
    let same = NewRoom::new("Blue")
        .floor(4)
        .upsert_by_name(&*db)
        .await
        .unwrap();
    assert_eq!((same.id, same.floor), (room.id, 4));

    // Without a transaction a deferred foreign key is checked at the end of the statement.
    match NewReservation::new(99, morning)
        .cancelled(true)
        .insert(&*db)
        .await
    {
        Err(Error::ForeignKeyViolation(v)) => {
            assert_eq!(v.constraint, Reservation::RESERVATIONS_ROOM_ID_FKEY);
        }
        other => panic!("{other:?}"),
    }

    let owner = NewOwner::new(1, 5).insert(&*db).await.unwrap();
    let thing = NewThing::new()
        .a_id(5)
        .c_id(None)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(thing.owner(&*db).await.unwrap(), Some(owner.clone()));
    assert_eq!(thing.things_tenant_b_id_fkey(&*db).await.unwrap(), None);
    assert_eq!(owner.things(&*db).await.unwrap(), [thing.clone()]);
    assert_eq!(
        owner.things_by_things_tenant_b_id_fkey(&*db).await.unwrap(),
        []
    );
    assert!(Owner::delete_by_tenant_and_id(&*db, 1, 5).await.unwrap());
    // Only the column that ON DELETE SET NULL names.
    let thing = Thing::find(&*db, thing.id).await.unwrap().unwrap();
    assert_eq!((thing.tenant, thing.a_id), (1, None));
    assert_eq!(thing.owner(&*db).await.unwrap(), None);
}

#[tokio::test]
async fn not_null_has_its_error() {
    use trees::no_key::LogLine;

    let db = Live::create("no_key").await;
    // The code does not know of the column, so it can't give a value.
    db.sql("ALTER TABLE log_lines ADD host text NOT NULL");
    match trees::no_key::NewLogLine::new(1, "x").insert(&*db).await {
        Err(Error::NotNullViolation(v)) => {
            assert_eq!(
                (v.table.as_str(), v.column.as_deref()),
                ("log_lines", Some("host"))
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(LogLine::count(&*db).await.unwrap(), 0);
}

#[tokio::test]
async fn indexes_find_and_list() {
    use trees::indexes::{Article, Draft, NewArticle, NewDraft, NewNote, Note};

    let db = Live::create("indexes").await;
    let one = NewArticle::new("one", "First", 1)
        .author("Ada")
        .place(1)
        .insert(&*db)
        .await
        .unwrap();
    let two = NewArticle::new("two", "Second", 1)
        .author("Ada")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Article::find_by_slug(&*db, "one").await.unwrap(),
        Some(one.clone())
    );
    assert_eq!(
        Article::find_by_title(&*db, "Second").await.unwrap(),
        Some(two.clone())
    );
    assert_eq!(
        Article::find_by_section_and_place(&*db, 1, 1)
            .await
            .unwrap(),
        Some(one.clone())
    );
    assert_eq!(
        Article::list_by_author(&*db, "Ada").await.unwrap(),
        [one.clone(), two.clone()]
    );
    assert_eq!(
        Article::list_by_section_and_author(&*db, 1, "Ada")
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        Article::list_by_place(&*db, 1).await.unwrap(),
        [one.clone()]
    );

    // One note an article, and one current draft among many.
    let note = NewNote::new(one.id, "t", "x").insert(&*db).await.unwrap();
    assert_eq!(one.note(&*db).await.unwrap(), Some(note.clone()));
    assert_eq!(
        Note::find_by_article_id(&*db, one.id).await.unwrap(),
        Some(note)
    );
    let old = NewDraft::new(one.id)
        .current(false)
        .insert(&*db)
        .await
        .unwrap();
    let current = NewDraft::new(one.id)
        .upsert_by_article_id(&*db)
        .await
        .unwrap();
    assert_eq!(
        Draft::find_by_article_id(&*db, one.id).await.unwrap(),
        Some(current.clone())
    );
    assert_eq!(
        Draft::list_by_article_id(&*db, one.id).await.unwrap(),
        [old.clone(), current.clone()]
    );
    assert_eq!(one.drafts(&*db).await.unwrap(), [old, current]);
}
