//! The example `blog`: as the README shows it, and each of its routes.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rowsmith_test_server::{TestDatabase, TestServer};
use serde_json::{Value, json};

/// The running example, on a port of its own.
struct Blog {
    process: Child,
    address: String,
}

impl Blog {
    fn start(database: &TestDatabase<'_>) -> Self {
        let mut process = Command::new(binary())
            .args([&database.url(), "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("it said: {line}"));
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// What a method answers at a path: the status, and the body.
    fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--write-out", "\n%{http_code}"]);
        curl.args(["-X", method, &format!("http://{}{path}", self.address)]);
        if let Some(body) = body {
            curl.args(["--json", &body.to_string()]);
        }
        let output = printed(&mut curl);
        let (body, status) = output.rsplit_once('\n').unwrap();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(body).unwrap_or_else(|_| body.into())
        };
        (status.parse().unwrap(), body)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None)
    }

    fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, Some(body))
    }

    fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("PATCH", path, Some(body))
    }

    fn delete(&self, path: &str) -> (u16, Value) {
        self.call("DELETE", path, None)
    }
}

impl Drop for Blog {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `cargo test` builds the examples before it runs the tests, unless it is told to build one test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let name = format!("blog{}", std::env::consts::EXE_SUFFIX);
    let path = test.ancestors().nth(2).unwrap().join("examples").join(name);
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let sources = fs::read_dir("examples/blog").unwrap();
    let newest = sources.map(|file| changed(&file.unwrap().path())).max();
    assert!(
        changed(&path) >= newest.unwrap(),
        "the example is not built\nhelp: run `cargo build --example blog`"
    );
    path
}

/// What a command prints.
fn printed(command: &mut Command) -> String {
    // The example is on this machine, whatever proxy there is.
    let output = command
        .env("no_proxy", "*")
        .output()
        .unwrap_or_else(|error| {
            panic!("can't run curl: {error}\nhelp: install it, such as by `apt-get install curl`")
        });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_the_readme_shows() {
    let readme = fs::read_to_string("README.md").unwrap();
    let section = readme.split_once("\n## A web service\n").unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    let commands = section.split_once("```console\n").unwrap().1;
    let commands = commands.split("\n```").next().unwrap();

    let database = TestServer::shared().create_database(None);
    let blog = Blog::start(&database);
    let mut count = 0;
    for command in commands.split("\n\n") {
        let (command, expected) = command.split_once('\n').unwrap();
        let command = command.strip_prefix("$ curl ").unwrap();
        let command = command.replace("localhost:3000", &blog.address);
        let command = format!("curl --silent --show-error {command}");
        let answer = printed(Command::new("sh").args(["-c", &command]));
        assert_eq!(answer, expected, "{command}");
        count += 1;
    }
    assert!(count > 8, "{count} commands");

    // And the handler is the one that is shown.
    let handler = section.split_once("```rust\n").unwrap().1;
    let handler = handler.split("```").next().unwrap();
    let squeeze = |text: &str| {
        text.split_whitespace()
            .collect::<String>()
            .replace(",)", ")")
    };
    let users = fs::read_to_string("examples/blog/users.rs").unwrap();
    assert!(squeeze(&users).contains(&squeeze(handler)), "{handler}");
}

#[test]
fn every_route() {
    let database = TestServer::shared().create_database(None);
    let blog = Blog::start(&database);
    let error = |sentence: &str| json!({ "error": sentence });
    let missing = (404, error("this does not exist"));
    let unfit = (422, error("a value is missing or is not allowed"));

    // Users, with what is left out, NULL and a value.
    let ada = json!({"name": "Ada", "email": "ada@example.com", "age": 36});
    let (status, user) = blog.post("/users", ada.clone());
    assert_eq!(
        (status, &user["id"], &user["age"]),
        (201, &json!(1), &json!(36))
    );
    assert_eq!(
        blog.post("/users", ada),
        (409, error("this exists already"))
    );
    let bob = json!({"name": "Bob", "email": "bob@example.com"});
    let (status, user) = blog.post("/users", bob);
    assert_eq!((status, &user["age"]), (201, &Value::Null));
    let bob = user["id"].clone();
    let old = json!({"name": "Old", "email": "old@example.com", "age": -1});
    assert_eq!(blog.post("/users", old), unfit);
    let long = json!({"name": "Long", "email": "x".repeat(201)});
    assert_eq!(blog.post("/users", long), unfit);
    let (status, user) = blog.patch("/users/1", json!({"name": "Ada L."}));
    assert_eq!(
        (status, &user["name"], &user["age"]),
        (200, &json!("Ada L."), &json!(36))
    );
    let (status, user) = blog.patch("/users/1", json!({"age": null}));
    assert_eq!(
        (status, &user["name"], &user["age"]),
        (200, &json!("Ada L."), &Value::Null)
    );
    assert_eq!(blog.patch("/users/1", json!({"age": -1})), unfit);
    assert_eq!(blog.patch("/users/99", json!({"age": 1})), missing);

    // Posts: what fails leaves nothing behind, its tags included.
    let orphan = json!({"author_id": 99, "title": "Orphan", "tags": ["lost"]});
    let (status, _) = blog.post("/posts", orphan);
    assert_eq!(status, 409);
    assert_eq!(blog.get("/posts").1["total"], 0);
    let mut posts = Vec::new();
    for number in 1..=5 {
        let title = format!("Post {number}");
        let post = json!({"author_id": 1, "title": title, "body": "…", "tags": ["rust", "sql"]});
        let (status, created) = blog.post("/posts", post);
        assert_eq!(status, 201);
        posts.push(created["id"].as_i64().unwrap());
    }
    let tags = "SELECT string_agg(name, ' ' ORDER BY name) FROM tags";
    assert_eq!(database.psql(tags).unwrap().trim(), "rust sql");

    // Pages.
    let titles = |page: &Value| -> Vec<String> {
        let posts = page["rows"].as_array().unwrap().iter();
        posts
            .map(|post| post["title"].as_str().unwrap().to_owned())
            .collect()
    };
    let (status, page) = blog.get("/posts?page=2&size=2");
    assert_eq!(status, 200);
    assert_eq!(
        (&page["total"], &page["number"], &page["size"]),
        (&json!(5), &json!(2), &json!(2))
    );
    assert_eq!(titles(&page), ["Post 3", "Post 2"]);
    assert_eq!(titles(&blog.get("/posts?page=3&size=2").1), ["Post 1"]);
    assert_eq!(titles(&blog.get("/posts?page=4&size=2").1), [""; 0]);
    assert_eq!(titles(&blog.get("/posts").1).len(), 5);
    assert_eq!(titles(&blog.get("/posts?title=4").1), ["Post 4"]);
    assert_eq!(blog.get("/posts?page=-1").0, 400);

    // One post with all that belongs to it.
    let post = format!("/posts/{}", posts[0]);
    let comments = format!("{post}/comments");
    assert_eq!(
        blog.post(&comments, json!({"author_id": bob, "body": "Well."}))
            .0,
        201
    );
    assert_eq!(blog.post(&comments, json!({"body": "Anonymous"})).0, 201);
    assert_eq!(
        blog.post("/posts/99999/comments", json!({"body": "Lost"})),
        missing
    );
    let (status, shown) = blog.get(&post);
    assert_eq!(status, 200);
    assert_eq!(
        (&shown["title"], &shown["author"], &shown["tags"]),
        (&json!("Post 1"), &json!("Ada L."), &json!(["rust", "sql"]))
    );
    let said: Vec<_> = shown["comments"].as_array().unwrap().iter().collect();
    assert_eq!(said.len(), 2);
    assert_eq!(
        (&said[0]["author"], &said[1]["author"]),
        (&json!("Bob"), &Value::Null)
    );
    assert_eq!(blog.get("/posts/99999"), missing);
    assert_eq!(blog.get("/posts/one").0, 400);

    // Changes.
    let published = json!({"published_at": "2024-01-01T00:00:00Z"});
    assert_eq!(blog.patch(&post, published), (204, Value::Null));
    assert_eq!(blog.patch(&post, json!({"title": "First"})).0, 204);
    let shown = blog.get(&post).1;
    assert_eq!(
        (&shown["title"], &shown["body"], &shown["published_at"]),
        (&json!("First"), &json!("…"), &json!("2024-01-01T00:00:00Z"))
    );
    assert_eq!(blog.patch(&post, json!({"published_at": null})).0, 204);
    assert_eq!(blog.get(&post).1["published_at"], Value::Null);
    assert_eq!(
        blog.patch("/posts/99999", json!({"title": "None"})),
        missing
    );

    // The join, and the end.
    let authors = json!([{"name": "Ada L.", "posts": 5}, {"name": "Bob", "posts": 0}]);
    assert_eq!(blog.get("/authors"), (200, authors));
    assert_eq!(blog.delete(&post), (204, Value::Null));
    assert_eq!(blog.delete(&post), missing);
    assert_eq!(blog.delete("/users/1").0, 204);
    assert_eq!(blog.delete("/users/1"), missing);
    assert_eq!(blog.get("/posts").1["total"], 0);
}

#[test]
fn it_goes_on_with_what_is_there() {
    let database = TestServer::shared().create_database(None);
    let blog = Blog::start(&database);
    let ada = json!({"name": "Ada", "email": "ada@example.com"});
    assert_eq!(blog.post("/users", ada).0, 201);
    drop(blog);
    let blog = Blog::start(&database);
    let authors = json!([{"name": "Ada", "posts": 0}]);
    assert_eq!(blog.get("/authors"), (200, authors));
}

#[test]
fn it_does_not_start_with_another_schema() {
    let schema = fs::read_to_string("fixtures/blog/schema.sql").unwrap();
    let database = TestServer::shared().create_database(Some(&schema));
    let change = "ALTER TABLE users ALTER age TYPE bigint; ALTER TABLE posts DROP body";
    database.psql(change).unwrap();
    let mut process = Command::new(binary())
        .args([&database.url(), "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Not to its end, which does not come when it starts after all.
    let mut line = String::new();
    let stdout = process.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    if !line.is_empty() {
        process.kill().unwrap();
    }
    let output = process.wait_with_output().unwrap();
    assert_eq!((line.as_str(), output.status.code()), ("", Some(1)));
    let errors = String::from_utf8(output.stderr).unwrap();
    for difference in [
        "\n  table public.users, column age: expected integer, found bigint\n",
        "\n  table public.posts, column body: expected text not null, default, but it is not there\n",
    ] {
        assert!(errors.contains(difference), "{errors}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_gently() {
    let database = TestServer::shared().create_database(None);
    let mut blog = Blog::start(&database);
    assert_eq!(blog.get("/authors").0, 200);
    let interrupt = Command::new("kill")
        .args(["-INT", &blog.process.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(blog.process.wait().unwrap().code(), Some(0));
}
