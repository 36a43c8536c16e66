//! Posts with their authors, comments and tags.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_runtime::{Assign, Database, Error, Page, Result, Tx};
use serde::{Deserialize, Serialize};

use crate::db::{Comment, NewComment, NewPost, NewPostTag, NewTag, Post, PostPatch, PostTag, Tag};

#[derive(Deserialize)]
pub struct Listing {
    page: Option<u64>,
    size: Option<u32>,
    /// A part of the title.
    title: Option<String>,
}

#[derive(Serialize)]
pub struct Headline {
    id: i64,
    title: String,
    author: String,
}

/// One page of the posts, the newest first.
pub async fn list(
    State(db): State<Database>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Headline>>> {
    let title = listing.title.map(|part| Post::TITLE.contains_text(&part));
    let size = listing.size.unwrap_or(20).clamp(1, 100);
    let page = Post::select()
        .join(Post::AUTHOR)
        .filter(title)
        .order_by(Post::ID.desc())
        .page(&db, listing.page.unwrap_or(1), size)
        .await?;
    Ok(Json(page.map(|(post, author)| Headline {
        id: post.id,
        title: post.title,
        author: author.name,
    })))
}

#[derive(Serialize)]
pub struct PostView {
    id: i64,
    title: String,
    body: String,
    published_at: Option<DateTime<Utc>>,
    author: String,
    tags: Vec<String>,
    comments: Vec<CommentView>,
}

#[derive(Serialize)]
pub struct CommentView {
    id: i64,
    body: String,
    author: Option<String>,
}

/// A post with all that belongs to it, in one query for each relation.
pub async fn show(State(db): State<Database>, Path(id): Path<i64>) -> Result<Json<PostView>> {
    let (post, author, tags, comments) = Post::select()
        .filter(Post::ID.eq(id))
        .with(Post::AUTHOR)
        .with(Post::TAGS.order_by(Tag::NAME))
        .with(Post::COMMENTS.order_by(Comment::ID).with(Comment::AUTHOR))
        .one(&db)
        .await?;
    Ok(Json(PostView {
        id: post.id,
        title: post.title,
        body: post.body,
        published_at: post.published_at,
        author: author.name,
        tags: tags.into_iter().map(|tag| tag.name).collect(),
        comments: (comments.into_iter())
            .map(|(comment, author)| CommentView {
                id: comment.id,
                body: comment.body,
                author: author.map(|author| author.name),
            })
            .collect(),
    }))
}

#[derive(Serialize)]
pub struct Created {
    id: i64,
}

#[derive(Deserialize)]
pub struct CreatePost {
    author_id: i64,
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    tags: BTreeSet<String>,
}

/// The post, the tags that are new, and the links between them: all of it or nothing.
pub async fn create(tx: Tx, Json(body): Json<CreatePost>) -> Result<(StatusCode, Json<Created>)> {
    let new = NewPost::new(body.author_id, body.title).body(body.body);
    let Post { id, .. } = new.insert(&tx).await?;
    let tags: Vec<_> = body.tags.into_iter().map(NewTag::new).collect();
    let tags: Vec<Tag> = Tag::insert(&tags)
        .on_conflict(Tag::NAME)
        .do_update_of(Tag::NAME)
        .all(&tx)
        .await?;
    let links: Vec<_> = (tags.iter())
        .map(|tag| NewPostTag::new(id, tag.id))
        .collect();
    PostTag::insert_many(&tx, &links).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

/// What is left out stays as it is, and `null` is NULL.
#[derive(Deserialize)]
pub struct ChangePost {
    #[serde(default)]
    title: Assign<String>,
    #[serde(default)]
    body: Assign<String>,
    #[serde(default)]
    published_at: Assign<Option<DateTime<Utc>>>,
}

pub async fn change(
    tx: Tx,
    Path(id): Path<i64>,
    Json(body): Json<ChangePost>,
) -> Result<StatusCode> {
    let patch = PostPatch {
        title: body.title,
        body: body.body,
        published_at: body.published_at,
        ..PostPatch::new()
    };
    patch.apply(&tx, id).await?.ok_or(Error::NotFound)?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn delete(tx: Tx, Path(id): Path<i64>) -> Result<StatusCode> {
    if Post::delete_by_id(&tx, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NotFound)
    }
}

#[derive(Deserialize)]
pub struct CreateComment {
    author_id: Option<i64>,
    body: String,
}

pub async fn comment(
    tx: Tx,
    Path(post_id): Path<i64>,
    Json(body): Json<CreateComment>,
) -> Result<(StatusCode, Json<Created>)> {
    if !Post::exists(&tx, post_id).await? {
        return Err(Error::NotFound);
    }
    let new = NewComment::new(post_id, body.body).author_id(body.author_id);
    let Comment { id, .. } = new.insert(&tx).await?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}
