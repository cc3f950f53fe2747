//! What people read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_explain::{Citation, Explanation, Measure, Note, Recorder, Trace};
use l2c_money::{AllocationPolicy, Currency, Exact, RoundingPolicy, Unit};

const USD: Currency = Currency::USD;

/// A transaction price that is split by stand-alone selling prices; the licence is discounted first.
fn allocated() -> Explanation {
    let mut t = Trace::new();
    let list = t.input(Exact::integer(1_000), || {
        Note::new("list price")
            .money(USD)
            .cite(Citation::document("price-book pb_2017", 3, "entries[4]"))
    });
    let seats = t.input(Exact::integer(3), || Note::new("seats").quantity(Unit::ONE));
    let off = t.input(Exact::ratio(1, 8).unwrap(), || Note::new("discount").percent());
    let gross = t.product(&list, &seats, || Note::new("gross").money(USD));
    let discount = t.product(&gross, &off, || Note::new("discount amount").money(USD));
    let net = t.difference(&gross, &discount, || Note::new("net").money(USD));
    let used = t.input(Exact::integer(16), || Note::new("days used").days());
    let month = t.input(Exact::integer(31), || Note::new("days in the month").days());
    let part = t
        .quotient(&used, &month, || Note::new("part of the month"))
        .unwrap();
    let exact = t.product(&net, &part, || Note::new("net of the part").money(USD));
    let price = t
        .round(&exact, RoundingPolicy::HALF_UP, USD, || {
            Note::new("transaction price")
                .money(USD)
                .cite(Citation::asc606("606-10-32-2"))
        })
        .unwrap();
    let support = t.input(Exact::integer(400), || {
        Note::new("stand-alone price of support").money(USD)
    });
    let shares = t
        .shares(
            &price,
            &[&list, &support],
            AllocationPolicy::default(),
            USD,
            |i| {
                Note::new(["licence", "support"][i])
                    .money(USD)
                    .cite(Citation::asc606("606-10-32-31"))
                    .cite(Citation::ifrs15("76"))
            },
        )
        .unwrap();
    t.finish(&shares[0])
}

#[test]
fn text() {
    insta::assert_snapshot!(allocated().text());
}

#[test]
fn markdown() {
    insta::assert_snapshot!(allocated().markdown());
}

#[test]
fn html() {
    insta::assert_snapshot!(allocated().html());
}

#[test]
fn json() {
    insta::assert_json_snapshot!(allocated());
}

#[test]
fn residues_are_what_rounding_added() {
    let why = allocated();
    let rounded = why
        .steps()
        .iter()
        .position(|step| step.label == "transaction price")
        .unwrap();
    let id = why
        .steps()
        .iter()
        .flat_map(|s| &s.inputs)
        .find(|id| id.index() == rounded)
        .unwrap();
    // 2,625 * 16/31 = 42,000/31 = 1,354.83870...; rounded to 1,354.84
    assert_eq!(why.residue(*id).unwrap(), Exact::ratio(1, 775).unwrap());
    assert_eq!(why.residue(why.root()), None);
}

fn of(label: &str, citation: Citation) -> Explanation {
    let mut t = Trace::new();
    let figure = t.input(Exact::ONE, || Note::new(label).cite(citation));
    t.finish(&figure)
}

#[test]
fn what_documents_wrote_is_escaped() {
    let hostile = "<script>alert('x')</script>\n# [a](b) *c* & \"d\"";
    let why = of(hostile, Citation::new(hostile, hostile));
    let html = why.html();
    assert!(
        !html.contains("<script") && html.contains("&lt;script&gt;alert(&#39;x&#39;)"),
        "{html}"
    );
    assert_eq!(why.text().lines().count(), 1);
    let markdown = why.markdown();
    assert_eq!(markdown.lines().count(), 1);
    assert!(
        !markdown.contains(" [a](b)") && !markdown.contains("<script"),
        "{markdown}"
    );
}

#[test]
fn measures_read_as_their_field_writes_them() {
    let shown = |value: Exact, measure: Measure| {
        let mut t = Trace::new();
        let figure = t.input(value, || Note::new("x").measured(measure));
        t.finish(&figure).text()
    };
    let third = || Exact::ratio(1, 3).unwrap();
    assert_eq!(shown(third(), Measure::Number), "x: 1/3 (about 0.333333)\n");
    assert_eq!(shown(third(), Measure::Percent), "x: 100/3 (about 33.333333) %\n");
    assert_eq!(
        shown(third(), Measure::Money(Currency::KWD)),
        "x: 1/3 (about 0.333333) KWD\n"
    );
    assert_eq!(
        shown(Exact::integer(-5), Measure::Money(Currency::KWD)),
        "x: -5.000 KWD\n"
    );
    assert_eq!(
        shown(Exact::ratio(-1675, 8).unwrap(), Measure::Money(Currency::USD)),
        "x: -209.375 USD\n"
    );
    assert_eq!(
        shown(Exact::ratio(-1, 8).unwrap(), Measure::Percent),
        "x: -12.5 %\n"
    );
    assert_eq!(shown(Exact::ONE, Measure::Days), "x: 1 day\n");
    assert_eq!(
        shown(Exact::integer(2), Measure::Quantity(Unit::HOUR)),
        "x: 2 HUR\n"
    );
}

#[test]
fn a_citation_reads_as_its_field_writes_it() {
    let cited = [
        Citation::asc606("606-10-45-1"),
        Citation::ifrs15("105"),
        Citation::en16931("BR-CO-10"),
    ];
    let shown: Vec<String> = cited.iter().map(|cited| format!("[{cited:>18}]")).collect();
    assert_eq!(
        shown,
        [
            "[   ASC 606-10-45-1]",
            "[       IFRS 15.105]",
            "[ EN 16931 BR-CO-10]"
        ]
    );
}
