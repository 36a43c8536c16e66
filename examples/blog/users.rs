//! People, and how much they write.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use rowsmith_runtime::sql::count_of;
use rowsmith_runtime::{Assign, Database, Error, Result, Tx};
use serde::{Deserialize, Serialize};

use crate::db::{NewUser, Post, User, UserPatch};

/// What is told of a user. (With `serde = true` in `rowsmith.toml` a row can be sent as it is.)
#[derive(Serialize)]
pub struct UserView {
    id: i64,
    name: String,
    email: String,
    role: String,
    age: Option<i32>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role.to_string(),
            age: user.age,
        }
    }
}

#[derive(Deserialize)]
pub struct CreateUser {
    name: String,
    email: String,
    #[serde(default)]
    age: Assign<Option<i32>>,
}

pub async fn create(tx: Tx, Json(body): Json<CreateUser>) -> Result<(StatusCode, Json<UserView>)> {
    let new = NewUser {
        age: body.age,
        ..NewUser::new(body.name, body.email)
    };
    let user = new.insert(&tx).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// What is left out stays as it is, and `null` is NULL.
#[derive(Deserialize)]
pub struct ChangeUser {
    #[serde(default)]
    name: Assign<String>,
    #[serde(default)]
    age: Assign<Option<i32>>,
}

pub async fn change(
    tx: Tx,
    Path(id): Path<i64>,
    Json(body): Json<ChangeUser>,
) -> Result<Json<UserView>> {
    let patch = UserPatch {
        name: body.name,
        age: body.age,
        ..UserPatch::new()
    };
    let user = patch.apply(&tx, id).await?.ok_or(Error::NotFound)?;
    Ok(Json(user.into()))
}

pub async fn delete(tx: Tx, Path(id): Path<i64>) -> Result<StatusCode> {
    if User::delete_by_id(&tx, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NotFound)
    }
}

#[derive(Serialize)]
pub struct Author {
    name: String,
    posts: i64,
}

impl From<(String, i64)> for Author {
    fn from((name, posts): (String, i64)) -> Self {
        Self { name, posts }
    }
}

/// Everybody with the number of their posts, the busiest first.
pub async fn authors(State(db): State<Database>) -> Result<Json<Vec<Author>>> {
    let authors = User::select()
        .left_join(User::POSTS)
        .group_by(User::ID)
        .columns((User::NAME, count_of(Post::ID)))
        .order_by((count_of(Post::ID).desc(), User::NAME))
        .all_as(&db)
        .await?;
    Ok(Json(authors))
}
