//! A table that references itself, several keys between two tables, and links with a payload.

use crate::database::Live;
use crate::trees::organisation::{
    Assignment, AssignmentPatch, Department, DepartmentPatch, Employee, EmployeePatch,
    NewAcquaintance, NewAssignment, NewDepartment, NewEmployee, NewProject, Project,
};
use rowsmith_runtime::chrono::NaiveDate;

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, day).unwrap()
}

async fn employee(db: &Live, name: &str, department: &Department) -> Employee {
    NewEmployee::new(name, format!("{name}@example.com"), department.id, date(1))
        .insert(&**db)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_table_references_itself() {
    let db = Live::create("organisation").await;
    let company = NewDepartment::new("Company").insert(&*db).await.unwrap();
    let research = NewDepartment::new("Research")
        .parent_id(company.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(research.parent(&*db).await.unwrap(), Some(company.clone()));
    assert_eq!(company.parent(&*db).await.unwrap(), None);
    assert_eq!(company.departments(&*db).await.unwrap(), [research.clone()]);

    let ada = employee(&db, "ada", &research).await;
    let bob = employee(&db, "bob", &research).await;
    let eve = employee(&db, "eve", &company).await;
    let bob = EmployeePatch::new()
        .manager_id(ada.id)
        .mentor_id(eve.id)
        .apply(&*db, bob.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(bob.manager(&*db).await.unwrap(), Some(ada.clone()));
    assert_eq!(bob.mentor(&*db).await.unwrap(), Some(eve.clone()));
    assert_eq!(ada.manager(&*db).await.unwrap(), None);
    // The key on the lower column keeps the short name.
    assert_eq!(ada.employees(&*db).await.unwrap(), [bob.clone()]);
    assert_eq!(ada.employees_by_mentor(&*db).await.unwrap(), []);
    assert_eq!(eve.employees_by_mentor(&*db).await.unwrap(), [bob.clone()]);

    // Keys in both directions between two tables.
    assert_eq!(research.head(&*db).await.unwrap(), None);
    let research = DepartmentPatch::new()
        .head_id(ada.id)
        .apply(&*db, research.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(research.head(&*db).await.unwrap(), Some(ada.clone()));
    assert_eq!(
        research.employees(&*db).await.unwrap(),
        [ada.clone(), bob.clone()]
    );
    let named = bob.department(&*db).await.unwrap();
    assert_eq!(named, research);

    assert!(Employee::delete_by_id(&*db, ada.id).await.unwrap());
    let bob = Employee::find_by_email(&*db, "bob@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(bob.manager_id, None);
}

#[tokio::test]
async fn several_keys_lead_to_one_table() {
    let db = Live::create("organisation").await;
    let company = NewDepartment::new("Company").insert(&*db).await.unwrap();
    let ada = employee(&db, "ada", &company).await;
    let bob = employee(&db, "bob", &company).await;
    let engine = NewProject::new("Engine", ada.id)
        .sponsor_id(bob.id)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(engine.lead(&*db).await.unwrap(), ada);
    assert_eq!(engine.sponsor(&*db).await.unwrap(), Some(bob.clone()));
    assert_eq!(engine.reviewer(&*db).await.unwrap(), None);
    assert_eq!(ada.projects(&*db).await.unwrap(), [engine.clone()]);
    assert_eq!(bob.projects(&*db).await.unwrap(), []);
    assert_eq!(
        bob.projects_by_sponsor(&*db).await.unwrap(),
        [engine.clone()]
    );
    assert_eq!(bob.projects_by_reviewer(&*db).await.unwrap(), []);
    assert_eq!(
        Project::list_by_sponsor_id(&*db, bob.id).await.unwrap(),
        [engine]
    );
}

#[tokio::test]
async fn links_carry_a_payload() {
    let db = Live::create("organisation").await;
    let company = NewDepartment::new("Company").insert(&*db).await.unwrap();
    let ada = employee(&db, "ada", &company).await;
    let bob = employee(&db, "bob", &company).await;
    let engine = NewProject::new("Engine", ada.id)
        .insert(&*db)
        .await
        .unwrap();
    let mill = NewProject::new("Mill", ada.id).insert(&*db).await.unwrap();

    Assignment::insert_many(
        &*db,
        &[
            NewAssignment::new(engine.id, ada.id).role("author"),
            NewAssignment::new(engine.id, bob.id),
            NewAssignment::new(mill.id, bob.id).role("miller"),
        ],
    )
    .await
    .unwrap();
    assert_eq!(
        engine.employees(&*db).await.unwrap(),
        [ada.clone(), bob.clone()]
    );
    assert_eq!(engine.assignments(&*db).await.unwrap().len(), 2);
    assert_eq!(bob.assignments(&*db).await.unwrap().len(), 2);
    let through: Vec<Project> = bob.projects_via_assignments(&*db).await.unwrap();
    assert_eq!(through, [engine.clone(), mill]);

    let link = Assignment::find_by_project_id_and_employee_id(&*db, engine.id, bob.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(link.role, "member");
    let half = "0.5".parse().unwrap();
    let link = AssignmentPatch::new()
        .share(half)
        .apply(&*db, link.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(link.employee(&*db).await.unwrap(), bob);
    assert_eq!(link.project(&*db).await.unwrap(), engine);
    let kept = NewAssignment::new(engine.id, bob.id)
        .role("reader")
        .upsert_by_project_id_and_employee_id(&*db)
        .await
        .unwrap();
    assert_eq!(
        (kept.id, kept.role.as_str(), kept.share),
        (link.id, "reader", half)
    );

    // Both ends of the link are one table.
    NewAcquaintance::new(ada.id, bob.id)
        .since(date(2))
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(ada.others(&*db).await.unwrap(), [bob.clone()]);
    assert_eq!(bob.others(&*db).await.unwrap(), []);
    assert_eq!(bob.employees_via_acquaintances(&*db).await.unwrap(), [ada]);
}
