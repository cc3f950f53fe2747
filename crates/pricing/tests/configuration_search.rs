//! Large models: ten attributes of fifty values. The answers are worked out a second time here, by other means.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use l2c_money::Exact;
use l2c_pricing::{
    Circumstances, ConfigurationModel, ConfigurationModelDocument, Constraint, OptionDocument,
    OptionGroupDocument, Selection,
};

const ATTRIBUTES: usize = 10;
const VALUES: usize = 50;

fn id(attribute: usize, value: usize) -> String {
    format!("{attribute}-{value}")
}

fn option(id: String) -> OptionDocument {
    OptionDocument {
        id,
        price: None,
        quantity: None,
        max_total: None,
        value: None,
        default: false,
        product: None,
        unit: None,
    }
}

/// Attributes of fifty values each, and the pairs of values that are ruled out.
fn attributes(attributes: usize, refused: impl Fn(usize, usize, usize, usize) -> bool) -> ConfigurationModel {
    let groups = (0..attributes).map(|attribute| OptionGroupDocument {
        id: attribute.to_string(),
        min: 1,
        max: Some(1),
        when: None,
        options: (0..VALUES).map(|value| option(id(attribute, value))).collect(),
    });
    let mut excludes = Vec::new();
    for (one, other) in (0..attributes).flat_map(|one| (one + 1..attributes).map(move |other| (one, other))) {
        for (a, b) in (0..VALUES).flat_map(|a| (0..VALUES).map(move |b| (a, b))) {
            if refused(one, a, other, b) {
                excludes.push((id(one, a), id(other, b)));
            }
        }
    }
    ConfigurationModel::new(&ConfigurationModelDocument {
        groups: groups.collect(),
        excludes,
        ..ConfigurationModelDocument::default()
    })
    .unwrap()
}

/// About one pair in `every`, without a pattern that a search could use.
fn scattered(every: u64) -> impl Fn(usize, usize, usize, usize) -> bool {
    move |one, a, other, b| {
        let place = ((one * VALUES + a) * ATTRIBUTES + other) * VALUES + b;
        let mut mixed = (place as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed ^= mixed >> 31;
        mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 33).is_multiple_of(every)
    }
}

type Refused<'a> = &'a dyn Fn(usize, usize, usize, usize) -> bool;

fn goes(refused: Refused<'_>, chosen: &[usize], attribute: usize, value: usize) -> bool {
    let mut before = chosen.iter().take(attribute).enumerate();
    before.all(|(other, at)| !refused(other, *at, attribute, value))
}

/// The first way to fill in the attributes that are open.
fn first(refused: Refused<'_>, given: &[Option<usize>]) -> Option<Vec<usize>> {
    let sound = |chosen: &[usize], attribute: usize, value: usize| {
        goes(refused, chosen, attribute, value)
            && (attribute + 1..given.len())
                .filter_map(|later| given[later].map(|at| (later, at)))
                .all(|(later, at)| !refused(attribute, value, later, at))
    };
    let mut chosen: Vec<usize> = Vec::new();
    let mut from = 0;
    loop {
        let attribute = chosen.len();
        if attribute == given.len() {
            return Some(chosen);
        }
        let values = given[attribute].map_or(from..VALUES, |at| from.max(at)..at + 1);
        match values.into_iter().find(|value| sound(&chosen, attribute, *value)) {
            Some(value) => {
                chosen.push(value);
                from = 0;
            }
            None => from = chosen.pop()? + 1,
        }
    }
}

#[test]
fn the_nearest_of_ten_attributes_of_fifty_values() {
    let refused = scattered(5);
    let model = attributes(ATTRIBUTES, &refused);
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    let wished: Vec<usize> = (0..ATTRIBUTES).map(|attribute| attribute * 17 % VALUES).collect();
    let wishes = Selection::of(
        wished
            .iter()
            .enumerate()
            .map(|(attribute, value)| id(attribute, *value)),
    );

    // The most wishes that can be kept, by trying every set of them; of several the first configuration.
    let mut nearest: Option<(u32, Vec<usize>)> = None;
    for kept in 0..1_u32 << ATTRIBUTES {
        let changed = ATTRIBUTES as u32 - kept.count_ones();
        if nearest.as_ref().is_some_and(|(least, _)| changed > *least) {
            continue;
        }
        let given: Vec<Option<usize>> = (0..ATTRIBUTES)
            .map(|at| (kept & (1 << at) != 0).then(|| wished[at]))
            .collect();
        if let Some(found) = first(&refused, &given) {
            let better = nearest
                .as_ref()
                .is_none_or(|(least, so_far)| (changed, &found) < (*least, so_far));
            if better {
                nearest = Some((changed, found));
            }
        }
    }
    let (changed, nearest) = nearest.unwrap();
    assert!(changed > 2, "{changed}");
    let nearest: Vec<String> = nearest
        .iter()
        .enumerate()
        .map(|(attribute, value)| id(attribute, *value))
        .collect();
    let repair = configurator.repair(&wishes).unwrap().unwrap();
    assert_eq!(repair.selection, nearest);
    assert_eq!(
        (repair.add.len(), repair.remove.len()),
        (changed as usize, changed as usize)
    );

    // Two wishes that one pair refuses.
    let conflict = configurator.conflict(&wishes).unwrap().unwrap();
    let [option, other] = &conflict.options[..] else {
        panic!("{:?}", conflict.options)
    };
    let pair = Constraint::Excludes {
        option: option.clone(),
        other: other.clone(),
    };
    assert_eq!(conflict.constraints, [pair]);
    assert_eq!(conflict.repair, Some(repair));

    // The first wishes that go together, and the first configuration with them.
    let given = |kept: usize| -> Vec<Option<usize>> {
        (0..ATTRIBUTES)
            .map(|attribute| (attribute < kept).then(|| wished[attribute]))
            .collect()
    };
    let kept = (0..=ATTRIBUTES)
        .rev()
        .find(|kept| first(&refused, &given(*kept)).is_some())
        .unwrap();
    let closest = configurator.closest(&wishes).unwrap().unwrap();
    let expected = first(&refused, &given(kept)).unwrap();
    let expected: Vec<String> = expected
        .iter()
        .enumerate()
        .map(|(attribute, value)| id(attribute, *value))
        .collect();
    assert_eq!((closest.kept, closest.configuration), (kept, expected));
}

#[test]
fn ten_attributes_of_fifty_values_are_counted() {
    let free = attributes(ATTRIBUTES, |_, _, _, _| false).with_search_limit(100_000);
    let count = free
        .configurator(&Circumstances::default())
        .unwrap()
        .count()
        .unwrap();
    assert_eq!(count, Exact::integer(50).pow(10).unwrap());

    // Each attribute against the next one, and the last against the first: a ring. Counted here by walking round it.
    let scattered = scattered(3);
    let refused = |one: usize, a: usize, other: usize, b: usize| {
        (other == one + 1 || (one == 0 && other == ATTRIBUTES - 1)) && scattered(one, a, other, b)
    };
    let model = attributes(ATTRIBUTES, refused);
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    let mut leaves = Vec::new();
    for start in 0..VALUES {
        let mut ways = vec![0_i64; VALUES];
        ways[start] = 1;
        for attribute in 1..ATTRIBUTES {
            let step = |b: usize| {
                let before = (0..VALUES).filter(|a| !refused(attribute - 1, *a, attribute, b));
                before.map(|a| ways[a]).sum()
            };
            ways = (0..VALUES).map(step).collect();
        }
        let closed = (0..VALUES).filter(|last| !refused(0, start, ATTRIBUTES - 1, *last));
        leaves.push(closed.map(|last| ways[last]).sum::<i64>());
    }
    assert_eq!(configurator.count().unwrap(), Exact::integer(leaves.iter().sum()));
    assert_eq!(
        configurator.count_with(&Selection::of(["0-7"])).unwrap(),
        Exact::integer(leaves[7])
    );
    let open = configurator
        .open_questions(&Selection::default())
        .unwrap()
        .unwrap();
    assert_eq!(
        open.groups[0].leaves,
        leaves.iter().max().map(|most| Exact::integer(*most))
    );
    assert_eq!(open.groups.len(), ATTRIBUTES);

    // No two of four the same: too many values stand against each other to be summed out, they are chosen.
    let distinct = attributes(4, |_, a, _, b| a == b);
    let configurator = distinct.configurator(&Circumstances::default()).unwrap();
    assert_eq!(configurator.count().unwrap(), Exact::integer(50 * 49 * 48 * 47));
    let two = configurator.count_with(&Selection::of(["0-3", "2-9"])).unwrap();
    assert_eq!(two, Exact::integer(48 * 47));
}

#[test]
fn a_large_model_that_nothing_satisfies_says_why() {
    // No value of the second attribute goes with any of the fourth, among many other pairs that are ruled out.
    let other_pairs = scattered(50);
    let model = attributes(5, |one, a, other, b| {
        (one, other) == (1, 3) || other_pairs(one, a, other, b)
    });
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    assert_eq!(configurator.count().unwrap(), Exact::ZERO);
    assert_eq!(configurator.repair(&Selection::of(["0-1"])).unwrap(), None);
    let conflict = configurator.conflict(&Selection::of(["0-1"])).unwrap().unwrap();
    // One value of each is needed, and every pair of them is ruled out: all of this is needed for the contradiction.
    let minimum = |group: &str| Constraint::Minimum { group: group.into() };
    let pairs = (0..VALUES).flat_map(|a| (0..VALUES).map(move |b| (id(1, a), id(3, b))));
    let pairs = pairs.map(|(option, other)| Constraint::Excludes { option, other });
    let expected: Vec<Constraint> = [minimum("1"), minimum("3")].into_iter().chain(pairs).collect();
    assert!(conflict.options.is_empty());
    assert_eq!(conflict.repair, None);
    assert!(
        conflict.constraints == expected,
        "{} constraints",
        conflict.constraints.len()
    );
}

#[test]
fn what_is_left_of_ten_attributes_of_fifty_values() {
    let refused = scattered(3);
    let model = attributes(ATTRIBUTES, &refused);
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    let fixed = [(0, 4), (3, 30), (7, 11)];
    let given = |also: Option<(usize, usize)>| -> Vec<Option<usize>> {
        let at = |attribute| fixed.iter().copied().chain(also).find(|(it, _)| *it == attribute);
        (0..ATTRIBUTES)
            .map(|attribute| at(attribute).map(|(_, value)| value))
            .collect()
    };
    let selection = Selection::of(fixed.map(|(attribute, value)| id(attribute, value)));
    let available = configurator.available(&selection).unwrap();
    for (attribute, group) in available.iter().enumerate().filter(|(at, _)| [1, 3].contains(at)) {
        let possible = (0..VALUES).filter(|value| {
            let contradicts = fixed.iter().any(|(at, other)| *at == attribute && other != value);
            !contradicts && first(&refused, &given(Some((attribute, *value)))).is_some()
        });
        assert_eq!(
            group.options,
            possible.map(|value| id(attribute, value)).collect::<Vec<_>>()
        );
    }
}

#[test]
fn too_much_work_is_an_error_and_not_a_guess() {
    let model = attributes(ATTRIBUTES, scattered(7)).with_search_limit(1_000);
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    assert_eq!(configurator.count().unwrap_err().code(), "search_limit");
    assert_eq!(configurator.list(5).unwrap_err().code(), "search_limit");
}
