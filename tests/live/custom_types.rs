//! Enums, domains, composite types, and arrays of them.

use rowsmith_runtime::Error;

use crate::database::Live;
use crate::trees::custom_types::{
    Address, Collection, CollectionPatch, Mood, NewCollection, NewPerson, Person, PersonPatch,
    Point3, Shape,
};

fn point(x: f64) -> Point3 {
    Point3 {
        x: Some(x),
        y: None,
        z: Some(-0.5),
    }
}

fn address() -> Address {
    Address {
        street: Some("Main (\"Street\"), 1".to_owned()),
        zip: Some("12345".to_owned()),
        location: Some(point(1.0)),
        r#type: Some(Shape::HalfOpen),
        tags: Some(vec!["a".to_owned(), String::new()]),
    }
}

#[tokio::test]
async fn columns() {
    let db = Live::create("custom_types").await;
    let plain = NewPerson::new("ada@work.example")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (plain.mood, plain.last_mood, plain.address.clone()),
        (Mood::Ok, None, None)
    );
    // The domain's own default.
    assert_eq!(plain.evening_mood, Some(Mood::Ok));

    let full = NewPerson::new("bob@work.example")
        .work_email("bob@work.example")
        .mood(Mood::Happy)
        .last_mood(Mood::Sad)
        .lucky_number(7)
        .code("abc")
        .address(address())
        .home(address())
        .shape(Shape::WithSpace)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(full.address, Some(address()));
    assert_eq!(full.home, Some(address()));
    assert_eq!(
        (full.shape, full.code.as_deref()),
        (Some(Shape::WithSpace), Some("abc"))
    );
    assert_eq!(
        Person::find_by_email(&*db, "bob@work.example")
            .await
            .unwrap(),
        Some(full.clone())
    );
    assert_eq!(
        Person::list_by_mood(&*db, Mood::Happy).await.unwrap(),
        [full.clone()]
    );

    let patch = PersonPatch::new()
        .address(None)
        .mood(Mood::Sad)
        .last_mood(None);
    let changed = patch.apply(&*db, full.id).await.unwrap().unwrap();
    assert_eq!(
        (changed.address, changed.mood, changed.last_mood),
        (None, Mood::Sad, None)
    );

    // A domain's check has the domain's constraint name.
    match NewPerson::new("nowhere").insert(&*db).await {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, "email_has_at"),
        other => panic!("{other:?}"),
    }
    let again = NewPerson::new("ada@work.example")
        .mood(Mood::Sad)
        .upsert_by_email(&*db)
        .await
        .unwrap();
    assert_eq!((again.id, again.mood), (plain.id, Mood::Sad));
}

#[tokio::test]
async fn many_rows() {
    let db = Live::create("custom_types").await;
    let people = Person::insert_many(
        &*db,
        &[
            NewPerson::new("a@work.example")
                .address(address())
                .mood(Mood::Happy),
            NewPerson::new("b@work.example").lucky_number(3),
            NewPerson::new("c@work.example")
                .home(address())
                .shape(Shape::Square)
                .lucky_number(4),
        ],
    )
    .await
    .unwrap();
    assert_eq!(people.len(), 3);
    assert_eq!(
        (people[0].address.as_ref(), people[0].mood),
        (Some(&address()), Mood::Happy)
    );
    assert_eq!(
        (people[1].address.as_ref(), people[1].mood),
        (None, Mood::Ok)
    );
    assert_eq!(
        (people[2].home.as_ref(), people[2].shape),
        (Some(&address()), Some(Shape::Square))
    );
}

#[tokio::test]
async fn arrays() {
    let db = Live::create("custom_types").await;
    let plain = NewCollection::new().insert(&*db).await.unwrap();
    assert_eq!(plain.numbers, [1, 2, 3]);
    assert_eq!(plain.moods, [Mood::Happy]);
    assert_eq!(plain.optional_numbers, None);

    let full = NewCollection::new()
        .names(vec!["x".to_owned()])
        .moods(vec![Mood::Sad, Mood::Ok])
        .emails(vec!["a@b".to_owned()])
        .tags(vec!["t".to_owned()])
        .addresses(vec![address(), address()])
        .points(vec![point(2.0)]);
    let row = full.insert(&*db).await.unwrap();
    assert_eq!(row.moods, [Mood::Sad, Mood::Ok]);
    assert_eq!(row.emails, Some(vec!["a@b".to_owned()]));
    assert_eq!(row.tags, Some(vec!["t".to_owned()]));
    assert_eq!(row.addresses, Some(vec![address(), address()]));
    assert_eq!(row.points, [point(2.0)]);
    assert_eq!(
        Collection::find(&*db, row.id).await.unwrap(),
        Some(row.clone())
    );

    let rows = Collection::insert_many(
        &*db,
        &[
            full,
            NewCollection::new(),
            NewCollection::new().moods(vec![]),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        (&rows[0].moods, &rows[0].addresses),
        (&row.moods, &row.addresses)
    );
    assert_eq!(
        (&rows[1].moods, &rows[1].numbers),
        (&plain.moods, &plain.numbers)
    );
    assert_eq!(rows[2].moods, []);

    let changed = CollectionPatch::new()
        .addresses(None)
        .numbers(vec![])
        .apply(&*db, row.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((changed.addresses, changed.numbers), (None, vec![]));
}

/// PostgreSQL keeps no count of dimensions, and any element may be NULL. What is no plain list is refused
/// with the column's name, and not read as something else.
#[tokio::test]
async fn a_matrix_is_no_list() {
    let db = Live::create("custom_types").await;
    for (column, value) in [
        ("matrix", "{{1,2},{3,4}}"),
        ("optional_numbers", "{1,NULL}"),
    ] {
        db.sql(&format!(
            "INSERT INTO collections ({column}) VALUES ('{value}')"
        ));
        match Collection::list(&*db).await {
            Err(Error::Decode {
                column: refused, ..
            }) => assert_eq!(refused, column),
            other => panic!("{other:?}"),
        }
        db.sql("DELETE FROM collections");
    }
}

#[test]
fn labels_are_texts() {
    for (shape, label) in [
        (Shape::Round, "Round"),
        (Shape::Square, "SQUARE"),
        (Shape::HalfOpen, "half-open"),
        (Shape::WithSpace, "with space"),
        (Shape::Type, "type"),
    ] {
        assert_eq!(shape.to_string(), label);
        assert_eq!(label.parse::<Shape>().unwrap(), shape);
    }
    assert!("round".parse::<Shape>().is_err());
}
