//! What is loaded along with rows is what the methods give, one row at a time: for the relations of every
//! kind, on keys of every sort.

use std::fmt::Debug;

use rowsmith_runtime::Database;
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::*;

/// A database with a fixture's schema, and with these rows.
async fn filled(schema: &str, rows: &str) -> (TestDatabase<'static>, Database) {
    let database = TestServer::shared().create_database(Some(schema));
    database.execute(rows).unwrap();
    let db = Database::connect(&database.url()).await.unwrap();
    (database, db)
}

/// Neither an empty `Vec` nor `None`.
fn is_something(related: &impl Debug) -> bool {
    !["[]", "None"].contains(&&*format!("{related:?}"))
}

/// The relations of a table with their methods: those to at most one row, and those to many.
macro_rules! same {
    ($db:ident, $row:path: [$($one:ident $method_of_one:ident)*] [$($many:ident $method_of_many:ident)*]) => {{
        type Row = $row;
        $(
            let loaded = Row::select().with(Row::$one).all(&$db).await.unwrap();
            assert!(loaded.iter().any(|(_, related)| is_something(related)), stringify!($one));
            for (row, related) in loaded {
                assert_eq!(related, row.$method_of_one(&$db).await.unwrap(), stringify!($one));
            }
        )*
        $(
            let query = || Row::select();
            let loaded = query().with(Row::$many).all(&$db).await.unwrap();
            let limited = query().with(Row::$many.limit(1000)).all(&$db).await.unwrap();
            assert_eq!(loaded, limited, stringify!($many));
            let second = query().with(Row::$many.limit(1).offset(1)).all(&$db).await.unwrap();
            assert!(loaded.iter().any(|(_, related)| is_something(related)), stringify!($many));
            for ((row, related), (_, second)) in loaded.into_iter().zip(second) {
                let second_of_all: Vec<_> = related.iter().skip(1).take(1).cloned().collect();
                assert_eq!(second, second_of_all, stringify!($many));
                assert_eq!(related, row.$method_of_many(&$db).await.unwrap(), stringify!($many));
            }
        )*
    }};
}

#[tokio::test]
async fn organisation() {
    let schema = include_str!("../../../fixtures/organisation/schema.sql");
    let rows = r#"
    INSERT INTO departments (name) SELECT 'd' || n FROM generate_series(1, 4) AS n;
    UPDATE departments SET parent_id = (id + 1) / 2 WHERE id > 1;
    INSERT INTO employees (name, email, department_id, hired_on)
        SELECT 'e' || n, 'e' || n, n % 3 + 1, '2020-01-01' FROM generate_series(1, 7) AS n;
    UPDATE employees SET manager_id = id / 2 WHERE id > 1;
    UPDATE employees SET mentor_id = 7 WHERE id IN (2, 3);
    UPDATE departments SET head_id = id * 2 WHERE id < 3;
    INSERT INTO projects (title, lead_id, sponsor_id, reviewer_id)
        SELECT 'p' || n, n, nullif(n, 2), nullif(5 - n, 1) FROM generate_series(1, 4) AS n;
    INSERT INTO assignments (project_id, employee_id)
        SELECT p, e FROM generate_series(1, 4) AS p, generate_series(1, 7) AS e WHERE (p + e) % 3 = 0;
    INSERT INTO acquaintances (employee_id, other_id)
        SELECT a, b FROM generate_series(1, 7) AS a, generate_series(1, 7) AS b WHERE a * b % 5 = 2 AND a <> b;
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, organisation::Acquaintance:
        [EMPLOYEE employee OTHER other]
        []);
    same!(db, organisation::Assignment:
        [PROJECT project EMPLOYEE employee]
        []);
    same!(db, organisation::Department:
        [PARENT parent HEAD head]
        [DEPARTMENTS departments EMPLOYEES employees]);
    same!(db, organisation::Employee:
    [DEPARTMENT department MANAGER manager MENTOR mentor DEPARTMENT_BY_HEAD department_by_head]
    [
        ACQUAINTANCES acquaintances ASSIGNMENTS assignments EMPLOYEES employees
        PROJECTS projects ACQUAINTANCES_BY_OTHER acquaintances_by_other
        EMPLOYEES_BY_MENTOR employees_by_mentor PROJECTS_BY_SPONSOR projects_by_sponsor
        PROJECTS_BY_REVIEWER projects_by_reviewer OTHERS others
        EMPLOYEES_VIA_ACQUAINTANCES employees_via_acquaintances
        PROJECTS_VIA_ASSIGNMENTS projects_via_assignments
    ]);
    same!(db, organisation::Project:
        [LEAD lead SPONSOR sponsor REVIEWER reviewer]
        [ASSIGNMENTS assignments EMPLOYEES employees]);
}

#[tokio::test]
async fn shop() {
    let schema = include_str!("../../../fixtures/shop/schema.sql");
    let rows = r#"
    INSERT INTO customers (email, full_name) SELECT 'c' || n, 'C' || n FROM generate_series(1, 3) AS n;
    INSERT INTO products (sku, name, price) SELECT 'p' || n, 'P' || n, n FROM generate_series(1, 4) AS n;
    INSERT INTO warehouses VALUES ('N', 'Kiel'), ('S', 'Ulm'), ('E', 'Hof');
    INSERT INTO stock (warehouse_code, product_id)
        SELECT code, n FROM warehouses, generate_series(1, 4) AS n WHERE code <> 'E' AND n < 4;
    INSERT INTO orders (customer_id, number) SELECT n % 2 + 1, 'o' || n FROM generate_series(1, 4) AS n;
    INSERT INTO order_lines (order_id, line_no, product_id, quantity, unit_price)
        SELECT o, l, l, 1, 2 FROM generate_series(1, 3) AS o, generate_series(1, 3) AS l;
    INSERT INTO shipments (order_id, line_no, warehouse_code, product_id) VALUES
        (1, 1, 'N', 1), (1, 1, 'S', 1), (1, 2, 'N', 2), (2, 1, NULL, NULL), (3, 3, 'N', 1);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, shop::Customer:
        []
        [ORDERS orders]);
    same!(db, shop::OrderLine:
        [ORDER order PRODUCT product]
        [SHIPMENTS shipments]);
    same!(db, shop::Order:
        [CUSTOMER customer]
        [ORDER_LINES order_lines]);
    same!(db, shop::Product:
        []
        [ORDER_LINES order_lines STOCK stock WAREHOUSES warehouses]);
    same!(db, shop::Shipment:
        [ORDER_LINE order_line STOCK stock]
        []);
    same!(db, shop::Stock:
        [WAREHOUSE_CODE_ROW warehouse_code PRODUCT product]
        [SHIPMENTS shipments]);
    same!(db, shop::Warehouse:
        []
        [STOCK stock PRODUCTS products]);
}

#[tokio::test]
async fn linked_twice() {
    let schema = include_str!("../../../fixtures/linked_twice/schema.sql");
    let rows = r#"
    INSERT INTO users (name) SELECT 'u' || n FROM generate_series(1, 4) AS n;
    INSERT INTO documents (user_id, title) SELECT n % 2 + 1, 'd' || n FROM generate_series(1, 4) AS n;
    INSERT INTO document_users VALUES (1, 2), (1, 3), (2, 3), (3, 1);
    INSERT INTO subscriptions VALUES (1, 2), (3, 2), (3, 4), (4, 4);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, linked_twice::DocumentUser:
        [DOCUMENT document USER user]
        []);
    same!(db, linked_twice::Document:
    [USER user]
    [
        DOCUMENT_USERS document_users SUBSCRIPTIONS subscriptions USERS users
        USERS_VIA_SUBSCRIPTIONS users_via_subscriptions
    ]);
    same!(db, linked_twice::Subscription:
        [USER user DOCUMENT document]
        []);
    same!(db, linked_twice::User:
    []
    [
        DOCUMENT_USERS document_users DOCUMENTS documents SUBSCRIPTIONS subscriptions
        DOCUMENTS_VIA_DOCUMENT_USERS documents_via_document_users
        DOCUMENTS_VIA_SUBSCRIPTIONS documents_via_subscriptions
    ]);
}

#[tokio::test]
async fn relation_names() {
    let schema = include_str!("../../../fixtures/relation_names/schema.sql");
    let rows = r#"
    INSERT INTO users (groups) SELECT 'u' || n FROM generate_series(1, 3) AS n;
    INSERT INTO posts (author_id, author) SELECT n % 2 + 1, 'p' || n FROM generate_series(1, 4) AS n;
    INSERT INTO profiles VALUES (1, 'one'), (3, NULL);
    INSERT INTO groups (name) SELECT 'g' || n FROM generate_series(1, 3) AS n;
    INSERT INTO group_users VALUES (1, 1), (1, 2), (2, 2);
    INSERT INTO reviews (post, "user") VALUES (1, 1), (1, NULL), (2, 1);
    INSERT INTO tickets (list_id, find_id, count_id, exists_id, new_id, insert_many_id, delete_by_id_id,
                         clone_id, select_id, update_id, delete_id, from_row_id, db_id)
        VALUES (1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1), (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
    INSERT INTO tickets DEFAULT VALUES;
    INSERT INTO finds (group_id) VALUES (1), (1), (3);
    INSERT INTO list VALUES (1), (3);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, relation_names::Find:
        [GROUP group]
        []);
    same!(db, relation_names::GroupUser:
        [GROUP group USER user]
        []);
    same!(db, relation_names::Group:
    [LIST_BY_GROUP list_by_group]
    [
        FINDS finds GROUP_USERS group_users TICKETS tickets
        TICKETS_BY_FIND_ROW tickets_by_find_row TICKETS_BY_COUNT_ROW tickets_by_count_row
        TICKETS_BY_EXISTS_ROW tickets_by_exists_row TICKETS_BY_NEW_ROW tickets_by_new_row
        TICKETS_BY_INSERT_MANY_ROW tickets_by_insert_many_row
        TICKETS_BY_DELETE_BY tickets_by_delete_by TICKETS_BY_CLONE_ROW tickets_by_clone_row
        TICKETS_BY_SELECT_ROW tickets_by_select_row TICKETS_BY_UPDATE_ROW tickets_by_update_row
        TICKETS_BY_DELETE_ROW tickets_by_delete_row
        TICKETS_BY_FROM_ROW_ROW tickets_by_from_row_row TICKETS_BY_DB tickets_by_db USERS users
    ]);
    same!(db, relation_names::List:
        [GROUP group]
        []);
    same!(db, relation_names::Post:
        [AUTHOR_ROW author_row]
        [REVIEWS reviews]);
    same!(db, relation_names::Profile:
        [USER user]
        []);
    same!(db, relation_names::Review:
        [POST_ROW post USER_ROW user]
        []);
    same!(db, relation_names::Ticket:
        [
            LIST_ROW list_row FIND_ROW find_row COUNT_ROW count_row EXISTS_ROW exists_row
            NEW_ROW new_row INSERT_MANY_ROW insert_many_row DELETE_BY delete_by CLONE_ROW clone_row
            SELECT_ROW select_row UPDATE_ROW update_row DELETE_ROW delete_row
            FROM_ROW_ROW from_row_row DB db
        ]
        []);
    same!(db, relation_names::User:
    [PROFILE_BY_USER profile_by_user]
    [
        GROUP_USERS group_users POSTS_BY_AUTHOR_ROW posts_by_author_row REVIEWS reviews
        GROUPS_VIA_GROUP_USERS groups_via_group_users
    ]);
}

#[tokio::test]
async fn schemas() {
    let schema = include_str!("../../../fixtures/schemas/schema.sql");
    let rows = r#"
    INSERT INTO accounts (name) SELECT 'a' || n FROM generate_series(1, 3) AS n;
    INSERT INTO crm.accounts (account_id) VALUES (3), (1);
    INSERT INTO billing.accounts (crm_account_id, account_id) VALUES (1, 2), (NULL, 2), (1, 3);
    INSERT INTO billing.invoices (number, account_id, total) VALUES ('x', 1, 1), ('y', 1, 2), ('z', 3, 3);
    INSERT INTO archive VALUES (1, '{}'), (2, '[]');
    INSERT INTO archive.invoices (number, archive_id) VALUES ('x', 1), ('z', NULL);
    INSERT INTO "Back Office"."Work Orders" VALUES (7, 1), (8, 1), (9, 3);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, schemas::Account:
        [ACCOUNT account]
        [WORK_ORDERS work_orders ACCOUNTS accounts]);
    same!(db, schemas::Archive:
        []
        [INVOICES invoices]);
    same!(db, schemas::archive_schema::Invoice:
        [NUMBER_ROW number ARCHIVE archive]
        []);
    same!(db, schemas::back_office::WorkOrder:
        [ACCOUNT_ROW account]
        []);
    same!(db, schemas::billing::Account:
        [CRM_ACCOUNT crm_account ACCOUNT account]
        [INVOICES invoices]);
    same!(db, schemas::billing::Invoice:
        [ACCOUNT account INVOICE invoice]
        []);
    same!(db, schemas::crm::Account:
        [ACCOUNT account]
        [ACCOUNTS accounts]);
}

#[tokio::test]
async fn self_named() {
    let schema = include_str!("../../../fixtures/self_named/schema.sql");
    let rows = r#"
    INSERT INTO status VALUES ('open'), ('done'), ('');
    INSERT INTO node (node, status) VALUES (NULL, 'open'), (1, NULL), (1, 'open'), (2, 'done');
    INSERT INTO nodes_status VALUES (1, 'open'), (1, 'done'), (2, 'open');
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, self_named::Node:
    [NODE_ROW node STATUS_ROW status]
    [
        NODE_BY_NODE node_by_node NODES_STATUS nodes_status
        STATUS_VIA_NODES_STATUS status_via_nodes_status
    ]);
    same!(db, self_named::NodesStatus:
        [NODE_ROW node STATUS_ROW status]
        []);
    same!(db, self_named::Status:
        []
        [NODE node NODES_STATUS nodes_status NODE_VIA_NODES_STATUS node_via_nodes_status]);
}

#[tokio::test]
async fn key_types() {
    let schema = include_str!("../../../fixtures/key_types/schema.sql");
    let rows = r#"
    INSERT INTO accounts (handle, number, rating) VALUES ('a', 10, 1.00), ('b', 20, NULL), ('c', 30, 3);
    INSERT INTO entries (account_id, small_account_id, account_handle, account_number, rating)
        VALUES (1, 2, 'a', 10, 1), (1, NULL, 'b', 20, 3), (3, 2, NULL, NULL, NULL);
    INSERT INTO account_notes VALUES (1, 'one'), (3, 'three');
    INSERT INTO labels VALUES (1, 'l'), (2, 'm');
    INSERT INTO account_labels VALUES (1, 1), (1, 2), (3, 1);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, key_types::AccountLabel:
        [ACCOUNT account LABEL label]
        []);
    same!(db, key_types::AccountNote:
        [ACCOUNT account]
        []);
    same!(db, key_types::Account:
    [ACCOUNT_NOTE account_note]
    [
        ACCOUNT_LABELS account_labels ENTRIES entries
        ENTRIES_BY_SMALL_ACCOUNT entries_by_small_account
        ENTRIES_BY_ACCOUNT_HANDLE entries_by_account_handle
        ENTRIES_BY_ACCOUNT_NUMBER entries_by_account_number ENTRIES_BY_RATING entries_by_rating
        LABELS labels
    ]);
    same!(db, key_types::Entry:
        [
            ACCOUNT account SMALL_ACCOUNT small_account ACCOUNT_HANDLE_ROW account_handle
            ACCOUNT_NUMBER_ROW account_number RATING_ROW rating
        ]
        []);
    same!(db, key_types::Label:
        []
        [ACCOUNT_LABELS account_labels ACCOUNTS accounts]);
}

#[tokio::test]
async fn keys_and_names() {
    let schema = include_str!("../../../fixtures/loading/schema.sql");
    let rows = r#"
    INSERT INTO keys (n) SELECT generate_series(10, 12);
    INSERT INTO keys VALUES
        (1, '00000000-0000-0000-0000-00000000000a', 'Ada', 1.0, 'a', 'small', 'x', '1 day', 0, '2024-01-01',
         'a', true, '10.0.0.1', '5', (1, 'a,"'), '{1,2}'),
        (2, '00000000-0000-0000-0000-00000000000b', 'Bob', 2, 'b', 'large', 'X', '2 days', 0.1, '2024-01-02',
         '', false, '10.0.0.1/8', '-1', (NULL, NULL), '{}');
    INSERT INTO related (row_number) VALUES (9);
    INSERT INTO related VALUES
        (1, 1, 2, '00000000-0000-0000-0000-00000000000a', NULL, 'ADA', 1.00, 'a ', 'small', 'x', '24:00:00',
         '-0', '2024-01-01', 'a', true, '10.0.0.1', '5.00', (1, 'a,"'), '{1,2}'),
        (2, 1, 1, '00000000-0000-0000-0000-00000000000b', 1, 'bob', 2.000, 'b', 'large', 'X', '48:00:00',
         0.1, '2024-01-02', '', false, '10.0.0.1/8', '-1', (NULL, NULL), '{}'),
        (3, 2, NULL, '00000000-0000-0000-0000-00000000000a', 1, 'aDa', 1, 'a', 'small', 'x', '1 day',
         0, '2024-01-01', 'a', true, '10.0.0.1', '5', (1, 'a,"'), '{1,2}');
    INSERT INTO links.related VALUES (1, 1), (1, 2), (2, 2);
    INSERT INTO excluded VALUES ('a', 1), ('b', 1);
"#;
    let (_database, db) = filled(schema, rows).await;
    same!(db, loading::Excluded:
        [N_ROW n]
        []);
    same!(db, loading::Key:
    []
    [
        EXCLUDED excluded RELATED related LINKS_RELATED links_related
        RELATED_BY_K1 related_by_k1 RELATED_BY_KEYS related_by_keys
        RELATED_BY_SLUG related_by_slug RELATED_BY_KEY related_by_key
        RELATED_BY_AMOUNT related_by_amount RELATED_BY_LETTERS related_by_letters
        RELATED_BY_SIZE related_by_size RELATED_BY_CODE related_by_code
        RELATED_BY_SPAN related_by_span RELATED_BY_RATIO related_by_ratio
        RELATED_BY_DAY related_by_day RELATED_BY_BYTES related_by_bytes
        RELATED_BY_FLAG related_by_flag RELATED_BY_ADDRESS related_by_address
        RELATED_BY_DURING related_by_during RELATED_BY_PLACE related_by_place
        RELATED_VIA_RELATED related_via_related
    ]);
    same!(db, loading::links::Related:
        [N_ROW n ROW_NUMBER_ROW row_number]
        []);
    same!(db, loading::Related:
    [
        N_ROW n K1_ROW k1 KEYS_ROW keys RELATED_ROW related SLUG_ROW slug KEY key
        AMOUNT_ROW amount LETTERS_ROW letters SIZE_ROW size CODE_ROW code SPAN_ROW span
        RATIO_ROW ratio DAY_ROW day BYTES_ROW bytes FLAG_ROW flag ADDRESS_ROW address
        DURING_ROW during PLACE_ROW place
    ]
    [
        RELATED_BY_RELATED related_by_related LINKS_RELATED links_related
        KEYS_VIA_RELATED keys_via_related
    ]);
}
