//! The rest of a schema: views, partitions, inheritance, functions and extensions, what the configuration
//! changes, what has been altered, and what PostgreSQL 18 brought.

use rowsmith_runtime::Range;
use rowsmith_runtime::chrono::NaiveDate;
use rowsmith_runtime::rust_decimal::Decimal;

use crate::database::Live;
use crate::trees;

/// From the first day of a month of 2024 to that of another one.
fn months(from: u32, to: u32) -> Range<NaiveDate> {
    let first = |month| NaiveDate::from_ymd_opt(2024, month, 1);
    Range::new(first(from).unwrap(), first(to).unwrap())
}

#[tokio::test]
async fn views_are_read() {
    use trees::views::{
        AuthorBook, AuthorTotal, BookAuthor, BookLabel, BusyAuthor, CountryStatistic,
        EmptyStatistic, Everybody, LatestBook, NewAuthor, NewBook, PricedBook,
    };

    let db = Live::create("views").await;
    let ada = NewAuthor::new("Ada")
        .country("GB")
        .insert(&*db)
        .await
        .unwrap();
    let bob = NewAuthor::new("Bob").insert(&*db).await.unwrap();
    NewBook::new(ada.id, "Notes", "12.50".parse().unwrap())
        .pages(600)
        .insert(&*db)
        .await
        .unwrap();
    NewBook::new(ada.id, "Letters", Decimal::ZERO)
        .insert(&*db)
        .await
        .unwrap();

    let priced = PricedBook::list(&*db).await.unwrap();
    assert_eq!((priced.len(), priced[0].title.as_str()), (1, "Notes"));
    assert_eq!(PricedBook::count(&*db).await.unwrap(), 1);
    assert_eq!(BookAuthor::count(&*db).await.unwrap(), 2);

    // Of an outer join the other side may be missing.
    let books = AuthorBook::list(&*db).await.unwrap();
    let lonely = books.iter().find(|book| book.author_id == bob.id).unwrap();
    assert_eq!((lonely.book_id, lonely.title.as_deref()), (None, None));

    let totals = AuthorTotal::list(&*db).await.unwrap();
    let of_ada = totals
        .iter()
        .find(|total| total.author_id == ada.id)
        .unwrap();
    assert_eq!(
        (of_ada.books, of_ada.total_price, of_ada.longest),
        (2, Some("12.5".parse().unwrap()), Some(600))
    );
    let of_bob = totals
        .iter()
        .find(|total| total.author_id == bob.id)
        .unwrap();
    assert_eq!((of_bob.books, of_bob.total_price), (0, None));

    let busy = BusyAuthor::list(&*db).await.unwrap();
    assert_eq!((busy.len(), busy[0].author_id), (1, ada.id));
    assert_eq!(BookLabel::list(&*db).await.unwrap().len(), 2);
    assert_eq!(Everybody::count(&*db).await.unwrap(), 4);
    assert_eq!(LatestBook::count(&*db).await.unwrap(), 2);

    CountryStatistic::refresh(&*db).await.unwrap();
    let british = CountryStatistic::find_by_country(&*db, "GB")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(british.authors, 1);
    assert_eq!(
        CountryStatistic::list_by_authors(&*db, 1).await.unwrap(),
        [british]
    );
    NewAuthor::new("Eve")
        .country("GB")
        .insert(&*db)
        .await
        .unwrap();
    CountryStatistic::refresh_concurrently(&*db).await.unwrap();
    let rows = CountryStatistic::list(&*db).await.unwrap();
    assert_eq!(rows[0].authors, 2);
    // It has not been filled yet, and PostgreSQL says so.
    assert!(
        EmptyStatistic::list(&*db)
            .await
            .unwrap_err()
            .code()
            .is_some()
    );
    EmptyStatistic::refresh(&*db).await.unwrap();
    assert_eq!(EmptyStatistic::count(&*db).await.unwrap(), 1);
}

#[tokio::test]
async fn partitions_are_one_table() {
    use rowsmith_runtime::chrono::{TimeZone, Utc};
    use trees::partitions::{
        Customer, CustomerPatch, Event, Measurement, MeasurementPatch, Measurements2023,
        NewCustomer, NewEvent, NewMeasurement, NewOrder, NewSensor, NewWord, Word,
    };

    let db = Live::create("partitions").await;
    let sensor = NewSensor::new("roof").insert(&*db).await.unwrap();
    let at = |year| Utc.with_ymd_and_hms(year, 6, 1, 0, 0, 0).unwrap();
    let rows =
        [2023, 2024, 1999].map(|year| NewMeasurement::new(sensor.id, at(year), f64::from(year)));
    let rows = Measurement::insert_many(&*db, &rows).await.unwrap();
    assert_eq!(rows.len(), 3);
    // A partition that is asked for has a struct of its own.
    let of_2023 = Measurements2023::list(&*db).await.unwrap();
    assert_eq!((of_2023.len(), of_2023[0].taken_at), (1, rows[0].taken_at));
    assert_eq!(
        Measurement::find(&*db, sensor.id, at(1999)).await.unwrap(),
        Some(rows[2].clone())
    );
    assert_eq!(sensor.measurements(&*db).await.unwrap().len(), 3);
    // A row that moves to another partition.
    let patch = MeasurementPatch::new().taken_at(at(2030)).note("later");
    let moved = patch
        .apply(&*db, sensor.id, at(2023))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(moved.note.as_deref(), Some("later"));
    let kept = NewMeasurement::new(sensor.id, at(2024), 1.0);
    let kept = kept.upsert_by_sensor_id_and_taken_at(&*db).await.unwrap();
    assert_eq!(kept.value.to_bits(), 1.0_f64.to_bits());
    assert!(
        Measurement::delete_by_sensor_id_and_taken_at(&*db, sensor.id, at(2030))
            .await
            .unwrap()
    );
    assert_eq!(Measurement::count(&*db).await.unwrap(), 2);

    for (id, region) in [(1, "de"), (2, "us"), (3, "jp")] {
        let customer = NewCustomer::new(id, region, format!("{id}@example.com"))
            .insert(&*db)
            .await
            .unwrap();
        let order = NewOrder::new(region, id, Decimal::TEN)
            .insert(&*db)
            .await
            .unwrap();
        assert_eq!(order.customer(&*db).await.unwrap(), customer);
        assert_eq!(customer.orders(&*db).await.unwrap(), [order]);
    }
    let moved = CustomerPatch::new()
        .email("new@example.com")
        .apply(&*db, "us", 2)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        Customer::list_by_email(&*db, "new@example.com")
            .await
            .unwrap(),
        [moved]
    );

    NewEvent::new(rowsmith_runtime::uuid::Uuid::from_u128(1))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(Event::count(&*db).await.unwrap(), 1);
    let words = [NewWord::new("Alpha"), NewWord::new("Omega").seen(2)];
    assert_eq!(Word::insert_many(&*db, &words).await.unwrap().len(), 2);
}

#[tokio::test]
async fn heirs_have_columns_of_their_own() {
    use trees::inheritance::{Capital, City, NewCapital, NewCity, NewPort, Port};

    let db = Live::create("inheritance").await;
    NewCity::new("Bath").insert(&*db).await.unwrap();
    let capital = NewCapital::new("London", "GB")
        .population(9)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Capital::find_by_country(&*db, "GB").await.unwrap(),
        Some(capital.clone())
    );
    assert_eq!(Capital::find(&*db, "London").await.unwrap(), Some(capital));
    let port = NewPort::new("Hull", 12)
        .nickname("Port")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((port.population, port.berths), (Some(1000), 12));
    assert_eq!(Port::count(&*db).await.unwrap(), 1);
    // A parent's rows are its heirs' too.
    assert_eq!(City::count(&*db).await.unwrap(), 3);
}

#[tokio::test]
async fn triggers_and_functions_do_their_work() {
    use trees::functions::{MetreReading, NewReading, ReadingPatch, Unit};

    let db = Live::create("functions").await;
    let reading = NewReading::new(10.0)
        .unit(Unit::Foot)
        .insert(&*db)
        .await
        .unwrap();
    assert!(reading.updated_at.is_some());
    let changed = ReadingPatch::new()
        .length(20.0)
        .apply(&*db, reading.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(changed.unit, Unit::Foot);
    let metres = MetreReading::list(&*db).await.unwrap();
    assert_eq!(metres.len(), 1);
    assert_eq!(metres[0].length, Some(20.0 * 0.3048));
}

#[tokio::test]
async fn types_of_extensions_travel() {
    use rowsmith_runtime::Hstore;
    use trees::extensions::{NewLease, NewTenant, Tenant};

    let db = Live::create("extensions").await;
    let tenant = NewTenant::new("Ada")
        .labels(Hstore::from_iter([("a", "1")]))
        .aliases(vec!["AL".to_owned()])
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        (tenant.slug.as_str(), &tenant.labels),
        ("Ada", &Some(Hstore::from_iter([("a", "1")])))
    );
    // `citext` compares without case.
    assert_eq!(
        Tenant::find_by_slug(&*db, "ADA").await.unwrap(),
        Some(tenant.clone())
    );
    let again = NewTenant::new("aDA").upsert_by_slug(&*db).await.unwrap();
    assert_eq!(again.id, tenant.id);
    let lease = NewLease::new(tenant.id, 1, months(1, 12))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(tenant.leases(&*db).await.unwrap(), [lease.clone()]);
    let clash = NewLease::new(tenant.id, 1, months(6, 7)).insert(&*db).await;
    assert!(clash.is_err());
    let unset = Hstore([("k".to_owned(), None)].into());
    let rows = Tenant::insert_many(
        &*db,
        &[
            NewTenant::new("x"),
            NewTenant::new("y").labels(unset.clone()),
        ],
    )
    .await
    .unwrap();
    assert_eq!(rows[1].labels, Some(unset));
}

#[tokio::test]
async fn the_configuration_names_things() {
    use rowsmith_runtime::{serde, serde_json};
    use trees::configuration::{Book, Human, Loan, NewBook, NewHuman, NewLoan, Seniority, public};

    fn round_trip<T: serde::Serialize + for<'de> serde::Deserialize<'de>>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }
    fn is_hash<T: std::hash::Hash + Eq>() {}

    let db = Live::create("configuration").await;
    let ada = NewHuman::new("Ada", "ada@example.com")
        .level(Seniority::Junior)
        .settings(serde_json::json!({"dark": true}))
        .fee("2.50".parse::<Decimal>().unwrap())
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Human::find_by_email(&*db, "ada@example.com").await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(round_trip(&ada), ada);
    let book = NewBook::new(ada.id, "Notes").insert(&*db).await.unwrap();
    assert_eq!(book.author(&*db).await.unwrap(), ada);
    assert_eq!(ada.written(&*db).await.unwrap(), [book.clone()]);
    NewLoan::new(ada.id, book.id).insert(&*db).await.unwrap();
    assert_eq!(ada.borrowed(&*db).await.unwrap(), [book.clone()]);
    assert_eq!(book.people(&*db).await.unwrap(), [ada]);
    assert_eq!(Loan::count(&*db).await.unwrap(), 1);
    is_hash::<Book>();
    assert_eq!(
        serde_json::to_string(&Seniority::Junior).unwrap(),
        "\"lvl_1\""
    );

    let land = public::NewCountry::new("DE", "Germany")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(public::Country::find(&*db, "DE").await.unwrap(), Some(land));
}

#[tokio::test]
async fn what_was_altered_works() {
    use trees::alterations::{NewPerson, Person, UnfinishedTask, work};

    let db = Live::create("alterations").await;
    let ada = NewPerson::new("Ada").insert(&*db).await.unwrap();
    assert_eq!((ada.email.as_str(), ada.age), ("", None));
    assert_eq!(
        Person::find_by_email(&*db, "").await.unwrap(),
        Some(ada.clone())
    );
    let task = work::NewTask::new("Write")
        .person_id(ada.id)
        .state(work::TaskState::Blocked)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(task.person(&*db).await.unwrap(), Some(ada.clone()));
    assert_eq!(ada.tasks(&*db).await.unwrap(), [task.clone()]);
    assert_eq!(UnfinishedTask::count(&*db).await.unwrap(), 1);
    let note = work::NewNote::new(task.id)
        .state(work::TaskState::Dropped)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(task.note(&*db).await.unwrap(), Some(note));
}

#[tokio::test]
async fn what_is_new_in_18() {
    use trees::server_18::{NewPrice, NewProduct, Price, Product, ProductPatch};

    let Some(db) = Live::create_if_understood("server_18").await else {
        return;
    };
    let product = NewProduct::new(Decimal::TEN, "Lamp")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(product.gross, Some("11.9".parse().unwrap()));
    assert_eq!(
        (product.implied, product.stored),
        (Some(Decimal::from(9)), Some(Decimal::from(11)))
    );
    let patched = ProductPatch::new()
        .net(Decimal::ONE)
        .apply(&*db, product.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(patched.gross, Some("1.19".parse().unwrap()));
    // A check that is not enforced.
    let free = NewProduct::new(-Decimal::ONE, "Free")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Product::insert_many(&*db, &[NewProduct::new(Decimal::TWO, "Two")])
            .await
            .unwrap()
            .len(),
        1
    );

    let year = months(1, 12);
    let price = NewPrice::new(free.id, year, Decimal::ONE)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(price.product(&*db).await.unwrap(), free);
    assert_eq!(
        Price::find(&*db, free.id, &year).await.unwrap(),
        Some(price)
    );
    assert!(
        NewPrice::new(free.id, months(5, 6), Decimal::ONE)
            .insert(&*db)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_shapes_no_row_does_not_disturb() {
    use trees::objects::{NewSession, Session};

    let db = Live::create("objects").await;
    let kept = NewSession::new()
        .note("  keep ")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(kept.note.as_deref(), Some("keep"));
    let other = NewSession::new().insert(&*db).await.unwrap();
    assert!(Session::delete_by_id(&*db, other.id).await.unwrap());
    assert!(!Session::delete_by_id(&*db, kept.id).await.unwrap());
    assert_eq!(Session::list(&*db).await.unwrap(), [kept]);
}
