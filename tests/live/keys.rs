//! Tables whose keys are out of the ordinary: in several schemas, missing, of another type, or named like
//! something else.

use rowsmith_runtime::rust_decimal::Decimal;

use crate::database::Live;
use crate::trees;

#[tokio::test]
async fn schemas_are_modules() {
    use trees::schemas::{Account, NewAccount, archive_schema, back_office, billing, crm};

    let db = Live::create("schemas").await;
    let account: Account = NewAccount::new("Ada").insert(&*db).await.unwrap();
    let contact = crm::NewAccount::new(account.id)
        .priority(crm::Priority::High)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(contact.account(&*db).await.unwrap(), account);
    let payer = billing::NewAccount::new(account.id)
        .crm_account_id(contact.id)
        .sales_priority(crm::Priority::Low)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(payer.priority, billing::Priority::Immediate);
    assert_eq!(
        payer.crm_account(&*db).await.unwrap(),
        Some(contact.clone())
    );
    assert_eq!(payer.account(&*db).await.unwrap(), account);

    let invoice = billing::NewInvoice::new("R-1", payer.id, "9.99".parse().unwrap())
        .priorities(vec![crm::Priority::High, crm::Priority::Low])
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        invoice.priorities,
        [crm::Priority::High, crm::Priority::Low]
    );
    assert_eq!(payer.invoices(&*db).await.unwrap(), [invoice.clone()]);
    let many = [billing::NewInvoice::new("R-2", payer.id, Decimal::ONE)];
    let many = billing::Invoice::insert_many(&*db, &many).await.unwrap();
    assert_eq!(many[0].priorities, []);

    let payload = rowsmith_runtime::serde_json::json!({"kept": true});
    let shelf = trees::schemas::NewArchive::new(1, payload)
        .insert(&*db)
        .await
        .unwrap();
    let kept = archive_schema::NewInvoice::new("R-1")
        .archive_id(shelf.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(kept.number(&*db).await.unwrap(), invoice);
    assert_eq!(kept.archive(&*db).await.unwrap(), Some(shelf.clone()));
    assert_eq!(shelf.invoices(&*db).await.unwrap(), [kept]);

    let order = back_office::NewWorkOrder::new(1, account.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        back_office::WorkOrder::find(&*db, 1).await.unwrap(),
        Some(order.clone())
    );
    assert_eq!(order.account(&*db).await.unwrap(), account);

    assert_eq!(billing::OpenAccount::count(&*db).await.unwrap(), 0);
    billing::AccountPatch::new()
        .balance("5".parse().unwrap())
        .apply(&*db, payer.id)
        .await
        .unwrap();
    let open = billing::OpenAccount::list(&*db).await.unwrap();
    assert_eq!((open.len(), open[0].name.as_str()), (1, "Ada"));
}

#[tokio::test]
async fn tables_without_a_primary_key() {
    use trees::no_key::{
        Alias, LogLine, NewAlias, NewLogLine, NewOverride, NewSetting, Override, Setting,
    };

    let db = Live::create("no_key").await;
    let line = NewLogLine::new(3, "started").insert(&*db).await.unwrap();
    assert_eq!(LogLine::list(&*db).await.unwrap(), [line.clone()]);
    assert_eq!(
        LogLine::list_by_written_at(&*db, line.written_at)
            .await
            .unwrap(),
        [line]
    );
    assert_eq!(
        LogLine::insert_many(&*db, &[NewLogLine::new(1, "a"), NewLogLine::new(2, "b")])
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(LogLine::count(&*db).await.unwrap(), 3);

    let setting = NewSetting::new("colour")
        .value("red")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Setting::find_by_name(&*db, "colour").await.unwrap(),
        Some(setting.clone())
    );
    let changed = NewSetting::new("colour")
        .value(None)
        .upsert_by_name(&*db)
        .await
        .unwrap();
    assert_eq!(
        (
            changed.value.as_deref(),
            Setting::count(&*db).await.unwrap()
        ),
        (None, 1)
    );

    // References a unique key that is no primary one.
    let own = NewOverride::new("colour", "laptop")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(changed.overrides(&*db).await.unwrap(), [own.clone()]);
    let found = Override::find_by_setting_name_and_machine(&*db, "colour", "laptop")
        .await
        .unwrap();
    assert_eq!(found, Some(own));

    NewAlias::new("x").insert(&*db).await.unwrap();
    NewAlias::new("y").insert(&*db).await.unwrap();
    let alias = NewAlias::new("z").alias("zed").insert(&*db).await.unwrap();
    assert_eq!(
        Alias::find_by_alias(&*db, "zed").await.unwrap(),
        Some(alias)
    );
}

#[tokio::test]
async fn linked_directly_and_through_junctions() {
    use trees::linked_twice::{NewDocument, NewDocumentUser, NewSubscription, NewUser};

    let db = Live::create("linked_twice").await;
    let ada = NewUser::new("Ada").insert(&*db).await.unwrap();
    let bob = NewUser::new("Bob").insert(&*db).await.unwrap();
    let eve = NewUser::new("Eve").insert(&*db).await.unwrap();
    let notes = NewDocument::new(ada.id, "Notes")
        .insert(&*db)
        .await
        .unwrap();
    NewDocumentUser::new(notes.id, bob.id)
        .insert(&*db)
        .await
        .unwrap();
    NewSubscription::new(eve.id, notes.id)
        .insert(&*db)
        .await
        .unwrap();

    assert_eq!(notes.user(&*db).await.unwrap(), ada);
    assert_eq!(ada.documents(&*db).await.unwrap(), [notes.clone()]);
    assert_eq!(bob.documents(&*db).await.unwrap(), []);
    assert_eq!(notes.users(&*db).await.unwrap(), [bob.clone()]);
    assert_eq!(
        notes.users_via_subscriptions(&*db).await.unwrap(),
        [eve.clone()]
    );
    assert_eq!(
        bob.documents_via_document_users(&*db).await.unwrap(),
        [notes.clone()]
    );
    assert_eq!(
        eve.documents_via_subscriptions(&*db).await.unwrap(),
        [notes.clone()]
    );
    assert_eq!(bob.documents_via_subscriptions(&*db).await.unwrap(), []);
    assert_eq!(notes.document_users(&*db).await.unwrap().len(), 1);
    assert_eq!(eve.subscriptions(&*db).await.unwrap().len(), 1);
}

#[tokio::test]
async fn columns_named_like_relations() {
    use trees::relation_names::{
        NewGroup, NewGroupUser, NewPost, NewReview, NewTicket, NewUser, User,
    };

    let db = Live::create("relation_names").await;
    let ada: User = NewUser::new().groups("none").insert(&*db).await.unwrap();
    assert_eq!(
        (ada.posts, ada.groups.as_deref(), ada.profile.as_deref()),
        (0, Some("none"), None)
    );
    let post = NewPost::new(ada.id, "A. L.").insert(&*db).await.unwrap();
    assert_eq!(post.author, "A. L.");
    let review = NewReview::new(post.id)
        .user(ada.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((review.post, review.user), (post.id, Some(ada.id)));
    assert_eq!(review.post(&*db).await.unwrap(), post);
    assert_eq!(review.user(&*db).await.unwrap(), Some(ada.clone()));

    let group = NewGroup::new("Readers").insert(&*db).await.unwrap();
    NewGroupUser::new(group.id, ada.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(group.users(&*db).await.unwrap(), [ada.clone()]);
    let ticket = NewTicket::new()
        .list_id(group.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(ticket.list_id, Some(group.id));
    assert_eq!(ticket.db(&*db).await.unwrap(), None);
}

#[tokio::test]
async fn columns_named_like_their_table() {
    use trees::self_named::{Colour, NewColour, NewNode, NewNodesStatus, NewStatus, Node, Status};

    let db = Live::create("self_named").await;
    let open = NewStatus::new("open").insert(&*db).await.unwrap();
    assert_eq!(
        Status::find(&*db, "open").await.unwrap(),
        Some(open.clone())
    );
    let root = NewNode::new().insert(&*db).await.unwrap();
    let leaf = NewNode::new()
        .node(root.id)
        .status("open")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(leaf.node(&*db).await.unwrap(), Some(root.clone()));
    assert_eq!(leaf.status(&*db).await.unwrap(), Some(open.clone()));
    assert_eq!(root.node(&*db).await.unwrap(), None);
    assert_eq!(Node::count(&*db).await.unwrap(), 2);
    let link = NewNodesStatus::new(root.id, "open")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(link.node(&*db).await.unwrap(), root);

    let red = NewColour::new("red")
        .colours(vec!["pink".to_owned()])
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        Colour::find_by_colour(&*db, "red").await.unwrap(),
        Some(red)
    );
}

#[tokio::test]
async fn keys_named_like_keywords() {
    use trees::type_key::{Device, DevicePatch, NewConnection, NewDevice, NewType, Type};

    let db = Live::create("type_key").await;
    let sensor: Type = NewType::new("sensor").insert(&*db).await.unwrap();
    let device: Device = NewDevice::new(sensor.id)
        .r#match(sensor.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(device.r#type, sensor.id);
    assert_eq!(device.r#type(&*db).await.unwrap(), sensor);
    assert_eq!(device.r#match(&*db).await.unwrap(), Some(sensor.clone()));
    assert_eq!(
        Device::list_by_type(&*db, sensor.id).await.unwrap(),
        [device.clone()]
    );
    assert_eq!(sensor.devices(&*db).await.unwrap(), [device.clone()]);
    assert_eq!(
        sensor.devices_by_match(&*db).await.unwrap(),
        [device.clone()]
    );
    let device = DevicePatch::new()
        .self_(device.id)
        .apply(&*db, device.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(device.self_(&*db).await.unwrap(), Some(device.clone()));
    let link = NewConnection::new(sensor.id, device.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(link.r#type(&*db).await.unwrap(), sensor);
    assert_eq!(link.r#loop(&*db).await.unwrap(), device);
}

#[tokio::test]
async fn keys_of_different_types() {
    use trees::key_types::{
        AccountLabel, AccountNote, Entry, NewAccount, NewAccountLabel, NewAccountNote, NewEntry,
        NewLabel,
    };

    let db = Live::create("key_types").await;
    let account = NewAccount::new("ada", 42)
        .rating(Decimal::from(3))
        .insert(&*db)
        .await
        .unwrap();
    let id = i32::try_from(account.id).unwrap();
    let entry = NewEntry::new(id)
        .small_account_id(i16::try_from(id).unwrap())
        .account_handle("ada")
        .account_number(42)
        .rating(3)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(entry.account(&*db).await.unwrap(), account);
    assert_eq!(
        entry.small_account(&*db).await.unwrap(),
        Some(account.clone())
    );
    assert_eq!(
        entry.account_handle(&*db).await.unwrap(),
        Some(account.clone())
    );
    assert_eq!(
        entry.account_number(&*db).await.unwrap(),
        Some(account.clone())
    );
    assert_eq!(entry.rating(&*db).await.unwrap(), Some(account.clone()));
    assert_eq!(account.entries(&*db).await.unwrap(), [entry.clone()]);
    assert_eq!(
        account.entries_by_small_account(&*db).await.unwrap(),
        [entry.clone()]
    );
    assert_eq!(
        account.entries_by_account_handle(&*db).await.unwrap(),
        [entry.clone()]
    );
    assert_eq!(
        account.entries_by_rating(&*db).await.unwrap(),
        [entry.clone()]
    );
    assert_eq!(Entry::list_by_account_id(&*db, id).await.unwrap(), [entry]);

    let note = NewAccountNote::new(id, "careful")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        account.account_note(&*db).await.unwrap(),
        Some(note.clone())
    );
    assert_eq!(note.account(&*db).await.unwrap(), account);
    assert_eq!(AccountNote::find(&*db, id).await.unwrap(), Some(note));

    let label = NewLabel::new(5, "VIP").insert(&*db).await.unwrap();
    NewAccountLabel::new(id, 5).insert(&*db).await.unwrap();
    assert_eq!(account.labels(&*db).await.unwrap(), [label.clone()]);
    assert_eq!(label.accounts(&*db).await.unwrap(), [account]);
    assert!(AccountLabel::exists(&*db, id, 5).await.unwrap());
}
