//! What the configuration and the comments of a schema overrule, and code of one's own beside the
//! generated: all of it runs.

use rowsmith_runtime::{Executor, Result, serde_json};

use crate::database::Live;
use crate::trees::{declared_keys, overrides, tags};

/// Written by hand, in a file of its own: the type is the tree's, the crate is the user's.
impl overrides::User {
    /// The part of the address before the `@`.
    fn nickname(&self) -> &str {
        self.email
            .split_once('@')
            .map_or(&self.email, |(name, _)| name)
    }

    /// The users with a cow.
    async fn farmers(db: &impl Executor) -> Result<Vec<Self>> {
        let some_cow = overrides::Cow::ID.gt(0);
        Self::select()
            .filter(Self::KINE.any(some_cow))
            .order_by(Self::ID.asc())
            .all(db)
            .await
    }
}

#[tokio::test]
async fn the_configuration_overrules() {
    use overrides::{
        Event, Level, NewCow, NewEvent, NewPost, NewUser, Post, Span, Total, User, UserName, old,
    };

    let db = Live::create("overrides").await;
    let span = Span { low: 1, high: 2 };
    let ada = NewUser::new("ada@example.com")
        .password("secret")
        .span(span)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((ada.level, ada.span), (Level::Low, Some(span)));
    assert_eq!(
        User::by_email(&*db, "ada@example.com").await.unwrap(),
        Some(ada.clone())
    );
    let again = NewUser::new("ada@example.com")
        .password("other")
        .put(&*db)
        .await
        .unwrap();
    assert_eq!((again.id, again.password.as_str()), (ada.id, "other"));
    let json = serde_json::to_string(&ada).unwrap();
    assert!(!json.contains("secret"), "{json}");
    let level: Level = serde_json::from_str("\"small\"").unwrap();
    assert_eq!(level, Level::Low);

    // Of NULL in views, the configuration knows more than PostgreSQL.
    let total: Total = Total::select().one(&*db).await.unwrap();
    assert_eq!(
        (total.user_id, total.posts, total.pages, total.longest),
        (ada.id, 0, 0, None)
    );
    let ids: Vec<i64> = Total::select()
        .filter(Total::PAGES.ge(0))
        .columns(Total::USER_ID)
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(ids, [ada.id]);
    let name: UserName = UserName::select()
        .filter(UserName::ID.is_not_null())
        .one(&*db)
        .await
        .unwrap();
    assert_eq!(name.id, Some(ada.id));

    // One of three keys between the tables has both its relations.
    let post: Post = NewPost::new(ada.id, ada.id)
        .pages(3)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(post.author(&*db).await.unwrap().id, ada.id);
    assert_eq!(post.created_by(&*db).await.unwrap().id, ada.id);
    assert_eq!(ada.posts(&*db).await.unwrap(), [post]);

    // A schema at the root, another under a name of its own.
    let event: Event = NewEvent::new(ada.id, Level::High)
        .insert(&*db)
        .await
        .unwrap();
    let datum: old::MeasurementDatum = old::NewMeasurementDatum::new(event.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(datum.event(&*db).await.unwrap(), event);
    assert_eq!(
        old::MeasurementDatum::everything(&*db).await.unwrap(),
        [datum]
    );
    assert!(Event::exists(&*db, event.id).await.unwrap());

    // By hand.
    assert_eq!(ada.nickname(), "ada");
    assert_eq!(User::farmers(&*db).await.unwrap(), []);
    NewCow::new(ada.id).insert(&*db).await.unwrap();
    assert_eq!(User::farmers(&*db).await.unwrap()[0].id, ada.id);
}

#[tokio::test]
async fn declared_keys_are_keys() {
    use declared_keys::{
        Account, ActiveUser, Label, LabelPatch, NewAccount, NewLabel, NewPost, NewUser, Post,
        UserLabel,
    };

    let db = Live::create("declared_keys").await;
    let account = NewAccount::new("ACME").insert(&*db).await.unwrap();
    let ada = NewUser::new(account.id, "Ada").insert(&*db).await.unwrap();
    let gone = NewUser::new(account.id, "Gone").active(false);
    let gone = gone.insert(&*db).await.unwrap();

    let active = ActiveUser::find(&*db, ada.id).await.unwrap().unwrap();
    assert_eq!(ActiveUser::find(&*db, gone.id).await.unwrap(), None);
    assert!(!ActiveUser::exists(&*db, gone.id).await.unwrap());
    assert_eq!(active.account(&*db).await.unwrap(), account);
    assert_eq!(account.active_users(&*db).await.unwrap(), [active.clone()]);

    let post: Post = NewPost::new(ada.id, "Notes").insert(&*db).await.unwrap();
    let rows: Vec<(ActiveUser, Vec<Post>, Account)> = ActiveUser::select()
        .with(ActiveUser::POSTS)
        .with(ActiveUser::ACCOUNT)
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(
        rows,
        [(active.clone(), vec![post.clone()], account.clone())]
    );
    let rows: Vec<(Post, ActiveUser)> = Post::select()
        .join(Post::AUTHOR)
        .filter(ActiveUser::NAME.eq("Ada"))
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(rows, [(post, active.clone())]);

    // Through a view, and to a table without a constraint.
    let label = NewLabel::new("Ad").insert(&*db).await.unwrap();
    let link = UserLabel::find(&*db, ada.id, "Ad").await.unwrap().unwrap();
    assert_eq!(link.label(&*db).await.unwrap(), label);
    assert_eq!(active.labels(&*db).await.unwrap(), [label.clone()]);
    let rows: Vec<(Label, Vec<ActiveUser>)> = Label::select()
        .with(Label::BEARERS)
        .all(&*db)
        .await
        .unwrap();
    assert_eq!(rows, [(label, vec![active])]);
    let patched = LabelPatch::new().colour("red").apply(&*db, "Ad").await;
    assert_eq!(patched.unwrap().unwrap().colour.as_deref(), Some("red"));
    assert!(Label::delete_by_code(&*db, "Ad").await.unwrap());
}

#[tokio::test]
async fn comments_overrule() {
    use tags::{Human, Letter, NewHuman, NewLetter, PersonName, Place, Temper};

    let db = Live::create("tags").await;
    let at = Place { east: 1, y: None };
    let ada = NewHuman::new(Temper::Good, "ada@example.com").at(at);
    let ada: Human = ada.insert(&*db).await.unwrap();
    assert_eq!(ada.at, Some(at));
    let letter = NewLetter::new(ada.id).approved_by(ada.id);
    let letter: Letter = letter.insert(&*db).await.unwrap();
    assert_eq!(letter.writer(&*db).await.unwrap(), ada);
    assert_eq!(letter.approved_by(&*db).await.unwrap(), Some(ada.clone()));
    assert_eq!(ada.correspondence(&*db).await.unwrap(), [letter]);
    let name = PersonName::find(&*db, ada.id).await.unwrap().unwrap();
    assert_eq!(name.nickname, "ada@example.com");
}
