//! How values of the runtime's own types are made. `docs/types.md` shows the lines of the function.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Bound;

use rowsmith_runtime::geometric::{Circle, Path, Point, Polygon};
use rowsmith_runtime::{
    Bits, Cube, Hstore, Infinite, Interval, Json, JsonPath, Lexeme, Ltree, MacAddr, Money,
    Multirange, NdArray, PgLsn, Range, TimeTz, TsQuery, TsVector, Vector, Xml,
};

#[test]
fn values_are_made_as_the_page_of_types_shows() -> Result<(), Box<dyn Error>> {
    // Amounts in the smallest unit of the currency, `$12.50`; months, days and microseconds; seconds east of UTC.
    let price = Money(12_50);
    let lasts = Interval::new(1, 2, 3_000_000);
    let opens: TimeTz = "09:30:00+02".parse()?;
    let flags: Bits = "10110".parse()?;
    let same = Bits::from(vec![true, false, true, true, false]);
    let card: MacAddr = "08:00:2b:01:02:03".parse()?;
    let place: PgLsn = "16/B374D848".parse()?;

    // Ranges of Rust are ranges of PostgreSQL; a multirange is a list of them.
    let ages = Range::from(18..65);
    let since = Range::from(chrono::NaiveDate::default()..);
    let above = Range::Between(Bound::Excluded(0.5), Bound::Unbounded);
    let weeks = Multirange(vec![Range::from(1..3), Range::from(7..9)]);
    let never: Range<i32> = Range::Empty;

    // Points are of two numbers, shapes are of points.
    let point = Point::from((1.0, 2.5));
    let round = Circle {
        center: point,
        radius: 3.0,
    };
    let corner = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)].map(Point::from);
    let area = Polygon {
        points: corner.to_vec(),
    };
    let way = Path {
        closed: false,
        points: corner.to_vec(),
    };

    // Texts with a meaning, which the server checks.
    let page = Xml::from("<p>Hi</p>");
    let path = JsonPath::from("$.tags[*]");
    let topic = Ltree::from("Top.Science");

    // Full text search; mostly the server makes these, by `to_tsvector` and `websearch_to_tsquery`.
    let words = TsVector {
        lexemes: vec![Lexeme::at("cat", [1]), Lexeme::at("sat", [2, 5])],
    };
    let query = TsQuery::word("cat").and(TsQuery::prefix("sa"));

    // Documents, arrays of several dimensions, days without end.
    let typed = Json(vec!["a", "b"]);
    let grid = NdArray::from_rows([[1, 2, 3], [4, 5, 6]]);
    let until: Infinite<chrono::NaiveDate> = Infinite::Infinity;

    // Types of extensions.
    let pairs = Hstore(BTreeMap::from([("colour".into(), Some("red".into()))]));
    let vector = Vector(vec![0.5, -1.0]);
    let cube = Cube {
        corner: vec![1.0, 2.0],
        opposite: None,
    };
    // [end of what the page shows]

    assert_eq!(flags, same);
    assert_eq!(since.bounds().map(|(_, end)| end), Some(Bound::Unbounded));
    assert_eq!((typed.0.len(), pairs.0.len()), (2, 1));
    assert_eq!(grid.lengths(), [2, 3]);
    assert_eq!(until.finite(), None);
    let texts = [
        price.to_string(),
        lasts.to_string(),
        opens.to_string(),
        flags.to_string(),
        card.to_string(),
        place.to_string(),
        ages.to_string(),
        above.to_string(),
        weeks.to_string(),
        never.to_string(),
        round.to_string(),
        area.to_string(),
        way.to_string(),
        page.to_string(),
        path.to_string(),
        topic.to_string(),
        words.to_string(),
        query.to_string(),
        vector.to_string(),
        cube.to_string(),
    ];
    assert_eq!(
        texts,
        [
            "1250",
            "1 mon 2 days 00:00:03",
            "09:30:00+02",
            "10110",
            "08:00:2b:01:02:03",
            "16/B374D848",
            "[18,65)",
            "(0.5,)",
            "{[1,3),[7,9)}",
            "empty",
            "<(1,2.5),3>",
            "((0,0),(1,0),(0,1))",
            "[(0,0),(1,0),(0,1)]",
            "<p>Hi</p>",
            "$.tags[*]",
            "Top.Science",
            "'cat':1 'sat':2,5",
            "'cat' & 'sa':*",
            "[0.5,-1]",
            "(1, 2)",
        ]
    );
    Ok(())
}
