//! The solver against brute force: small random models, every subset of the options looked at.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::collections::BTreeSet;

use l2c_money::{Decimal, Exact};
use l2c_pricing::rules::{Condition, Literal, Test};
use l2c_pricing::{
    Circumstances, ConfigurationModel, ConfigurationModelDocument, ConfigurationRuleDocument, Configurator,
    Constraint, OptionDocument, OptionGroupDocument, OptionQuantityDocument, Remedy, Selection, Violation,
};
use proptest::prelude::*;

fn option(id: usize, max_total: Option<u8>) -> OptionDocument {
    OptionDocument {
        id: format!("o{id}"),
        price: None,
        quantity: Some(OptionQuantityDocument::PerBundle(Decimal::TWO)),
        max_total: max_total.map(Decimal::from),
        value: Some(Decimal::from(id)),
        default: id.is_multiple_of(3),
        product: None,
        unit: None,
    }
}

/// Groups of up to four options, pairs and conditions between them.
fn models() -> impl Strategy<Value = ConfigurationModelDocument> {
    let sizes = prop::collection::vec((0..=4_usize, 0..=2_i64, prop::option::of(0..=2_i64)), 1..=3);
    sizes.prop_flat_map(|sizes| {
        let count: usize = sizes.iter().map(|(size, ..)| size).sum();
        let groups = sizes.len();
        let name = move || (0..count.max(1)).prop_map(|id| format!("o{id}"));
        let pairs = |most: usize| prop::collection::vec((name(), name()), 0..=most);
        let limits = prop::collection::vec(prop::option::weighted(0.1, 1..=2_u8), count);
        let chosen = move || {
            name().prop_map(|name| Condition::test(format!("chosen.{name}"), Test::Eq(Literal::Flag(true))))
        };
        let simple = move || {
            prop_oneof![
                chosen(),
                (0..groups, 0..count.max(1)).prop_map(|(group, id)| {
                    Condition::test(
                        format!("g{group}"),
                        Test::Gte(Literal::from(id.to_string().as_str())),
                    )
                }),
                (0..groups).prop_map(|group| Condition::test(format!("g{group}"), Test::Exists(false))),
            ]
        };
        let condition = move || {
            prop_oneof![
                simple(),
                prop::collection::vec(simple(), 0..3).prop_map(Condition::All),
                prop::collection::vec(simple(), 0..3).prop_map(Condition::Any),
                simple().prop_map(|part| Condition::Not(Box::new(part))),
            ]
        };
        let rules = prop::collection::vec((prop::option::of(condition()), condition()), 0..=2);
        let whens = prop::collection::vec(prop::option::weighted(0.2, chosen()), groups);
        (Just(sizes), limits, pairs(4), pairs(4), pairs(1), rules, whens).prop_map(
            move |(sizes, limits, requires, excludes, parents, rules, whens)| {
                let mut next = 0;
                let mut groups = Vec::new();
                for (index, ((size, min, max), when)) in sizes.into_iter().zip(whens).enumerate() {
                    let options = (next..next + size).map(|id| option(id, limits[id])).collect();
                    next += size;
                    groups.push(OptionGroupDocument {
                        id: format!("g{index}"),
                        min,
                        max: max.map(|more| min + more),
                        when: when.filter(|_| count > 0),
                        options,
                    });
                }
                let known = count > 0;
                // A condition may only test a group that holds one choice, all of whose options are numbers.
                let sound = |condition: &Condition| sound(condition, &groups, known);
                let rules = rules
                    .into_iter()
                    .enumerate()
                    .filter(|(_, (when, then))| when.as_ref().is_none_or(sound) && sound(then))
                    .map(|(index, (when, then))| ConfigurationRuleDocument {
                        id: format!("r{index}"),
                        when,
                        then,
                    })
                    .collect();
                ConfigurationModelDocument {
                    requires: if known { requires } else { Vec::new() },
                    excludes: if known { excludes } else { Vec::new() },
                    parent_excludes: if known { parents } else { Vec::new() },
                    rules,
                    groups,
                    numbers: Vec::new(),
                }
            },
        )
    })
}

/// Attributes of one value each, perhaps one of none, and a group of which anything goes: many pairs between them.
fn attributes() -> impl Strategy<Value = ConfigurationModelDocument> {
    let sizes = prop::collection::vec((1..=4_usize, 0..=1_i64), 2..=3);
    (sizes, 0..=2_usize).prop_flat_map(|(sizes, extras)| {
        let count = sizes.iter().map(|(size, _)| size).sum::<usize>() + extras;
        let name = move || (0..count).prop_map(|id| format!("o{id}"));
        let pairs = |most: usize| prop::collection::vec((name(), name()), 0..=most);
        (Just(sizes), pairs(3), pairs(14)).prop_map(move |(sizes, requires, excludes)| {
            let mut next = 0;
            let mut group = |size: usize, min: i64, max: Option<i64>| {
                let options = (next..next + size).map(|id| option(id, None)).collect();
                next += size;
                OptionGroupDocument {
                    id: format!("g{next}"),
                    min,
                    max,
                    when: None,
                    options,
                }
            };
            let mut groups: Vec<_> = sizes
                .into_iter()
                .map(|(size, min)| group(size, min, Some(1)))
                .collect();
            if extras > 0 {
                groups.push(group(extras, 0, None));
            }
            ConfigurationModelDocument {
                groups,
                requires,
                excludes,
                ..ConfigurationModelDocument::default()
            }
        })
    })
}

fn sound(condition: &Condition, groups: &[OptionGroupDocument], known: bool) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(|part| sound(part, groups, known)),
        Condition::Not(part) => sound(part, groups, known),
        Condition::Test { fact, test } => match groups.iter().find(|group| group.id == *fact) {
            None => known,
            Some(group) => {
                group.max == Some(1) && (!group.options.is_empty() || matches!(test, Test::Exists(_)))
            }
        },
    }
}

fn circumstances() -> Circumstances {
    // Those who are excluded by `o0` of the bundle around are out.
    Circumstances {
        parent: BTreeSet::from(["o0".to_owned()]),
        ..Circumstances::default()
    }
}

/// Every valid configuration in order, by looking at every subset.
fn all_valid(document: &ConfigurationModelDocument, configurator: &Configurator<'_>) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    for group in &document.groups {
        let ids: Vec<&String> = group.options.iter().map(|option| &option.id).collect();
        let mut subsets: Vec<Vec<usize>> = (0..1_u32 << ids.len())
            .map(|mask| (0..ids.len()).filter(|bit| mask & (1 << bit) != 0).collect())
            .collect();
        subsets.sort_by_key(|subset| (subset.len(), subset.clone()));
        found = found
            .into_iter()
            .flat_map(|before: Vec<String>| {
                subsets
                    .iter()
                    .map(move |subset| (before.clone(), subset))
                    .collect::<Vec<_>>()
            })
            .map(|(mut options, subset)| {
                options.extend(subset.iter().map(|&bit| ids[bit].clone()));
                options
            })
            .collect();
    }
    found.retain(|options| configurator.validate(&Selection::of(options.clone())).is_empty());
    found
}

fn contains(configuration: &[String], wishes: &[String]) -> bool {
    wishes.iter().all(|wish| configuration.contains(wish))
}

/// The document without one of its constraints.
fn without(document: &ConfigurationModelDocument, constraint: &Constraint) -> ConfigurationModelDocument {
    let mut changed = document.clone();
    let drop_pair = |pairs: &mut Vec<(String, String)>, option: &String, other: &String| {
        let at = pairs
            .iter()
            .position(|pair| pair.0 == *option && pair.1 == *other)
            .unwrap();
        pairs.remove(at);
    };
    match constraint {
        Constraint::Minimum { group } => {
            changed
                .groups
                .iter_mut()
                .find(|entry| entry.id == *group)
                .unwrap()
                .min = 0;
        }
        Constraint::Requires { option, other } => drop_pair(&mut changed.requires, option, other),
        Constraint::Excludes { option, other } => drop_pair(&mut changed.excludes, option, other),
        Constraint::ParentExcludes { option, other } => {
            drop_pair(&mut changed.parent_excludes, option, other);
        }
        Constraint::Quantity { option } => {
            let options = changed.groups.iter_mut().flat_map(|group| &mut group.options);
            options
                .filter(|entry| entry.id == *option)
                .for_each(|entry| entry.max_total = None);
        }
        Constraint::Rule { rule } => changed.rules.retain(|entry| entry.id != *rule),
        // Without its maximum a group has no one choice to test, without its condition another count.
        _ => {}
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_solver_agrees_with_brute_force(
        document in prop_oneof![models(), attributes()],
        wishes in prop::collection::vec((0..9_usize).prop_map(|id| format!("o{id}")), 0..5),
    ) {
        let model = ConfigurationModel::new(&document).unwrap();
        let configurator = model.configurator(&circumstances()).unwrap();
        let valid = all_valid(&document, &configurator);

        prop_assert_eq!(configurator.count().unwrap(), Exact::from(valid.len() as i64));
        let listing = configurator.list(10_000).unwrap();
        prop_assert_eq!(&listing.configurations, &valid);
        prop_assert!(!listing.more);
        let some = configurator.list(2).unwrap();
        prop_assert_eq!(&some.configurations, &valid.iter().take(2).cloned().collect::<Vec<_>>());
        prop_assert_eq!(some.more, valid.len() > 2);

        // Closest: the longest beginning of the wishes that one contains, and the first that contains it.
        let selection = Selection::of(wishes.clone());
        let kept = (0..=wishes.len()).rev().find(|&kept| valid.iter().any(|v| contains(v, &wishes[..kept])));
        let closest = configurator.closest(&selection).unwrap();
        prop_assert_eq!(closest.as_ref().map(|closest| closest.kept), kept);
        if let (Some(closest), Some(kept)) = (closest, kept) {
            let first = valid.iter().find(|v| contains(v, &wishes[..kept])).unwrap();
            prop_assert_eq!(&closest.configuration, first);
        }

        // Repair: the fewest changes, of several the first.
        let distinct: BTreeSet<&String> = wishes.iter().collect();
        let changes = |v: &Vec<String>| {
            let same = v.iter().filter(|option| distinct.contains(option)).count();
            v.len() + distinct.len() - 2 * same
        };
        let nearest = valid.iter().min_by_key(|v| changes(v));
        let repair = configurator.repair(&selection).unwrap();
        prop_assert_eq!(repair.as_ref().map(|repair| &repair.selection), nearest);
        if let Some(repair) = repair {
            prop_assert_eq!(repair.add.len() + repair.remove.len(), changes(&repair.selection));
            prop_assert!(configurator.validate(&Selection::of(repair.selection)).is_empty());
        }

        // Available, open and the conflict.
        let with: Vec<&Vec<String>> = valid.iter().filter(|v| contains(v, &wishes)).collect();
        for (group, given) in configurator.available(&selection).unwrap().iter().zip(&document.groups) {
            let some = given.options.iter().map(|option| option.id.clone());
            let some = some.filter(|id| with.iter().any(|v| v.contains(id)));
            prop_assert_eq!(&group.options, &some.collect::<Vec<_>>());
        }
        prop_assert_eq!(configurator.count_with(&selection).unwrap(), Exact::from(with.len() as i64));
        let open = configurator.open_questions(&selection).unwrap();
        prop_assert_eq!(open.is_some(), !with.is_empty());
        if let Some(open) = open {
            for question in &open.groups {
                let mut left = Vec::new();
                for option in &question.options {
                    left.push(with.iter().filter(|v| v.contains(option)).count());
                    prop_assert!(!wishes.contains(option));
                }
                if question.needed == 0 {
                    left.push(with.iter().filter(|v| !question.options.iter().any(|o| v.contains(o))).count());
                }
                let worst = left.into_iter().max().unwrap() as i64;
                prop_assert_eq!(question.leaves.clone(), Some(Exact::from(worst)));
            }
            let least = open.groups.iter().filter_map(|question| question.leaves.clone()).min();
            let next = open.groups.iter().find(|question| Some(&question.group) == open.next.as_ref());
            prop_assert_eq!(next.and_then(|question| question.leaves.clone()), least);
        }
        let conflict = configurator.conflict(&selection).unwrap();
        prop_assert_eq!(conflict.is_some(), with.is_empty());
        let known = wishes.iter().all(|wish| model.options().any(|option| option == wish));
        if let Some(conflict) = conflict.filter(|_| known) {
            // It is a conflict: the choices alone refuse everything ...
            prop_assert!(!valid.iter().any(|v| contains(v, &conflict.options)));
            // ... and minimal: without any one choice, or any one constraint, the rest of it holds together.
            let mut rest = document.clone();
            let holds = |constraint: &Constraint| conflict.constraints.contains(constraint);
            rest.requires.retain(|(option, other)| {
                holds(&Constraint::Requires { option: option.clone(), other: other.clone() })
            });
            rest.excludes.retain(|(option, other)| {
                holds(&Constraint::Excludes { option: option.clone(), other: other.clone() })
            });
            rest.requires.sort(); rest.requires.dedup();
            rest.excludes.sort(); rest.excludes.dedup();
            let parents = document.parent_excludes.iter().filter(|(option, other)| {
                holds(&Constraint::ParentExcludes { option: option.clone(), other: other.clone() })
            });
            rest.parent_excludes = parents.cloned().collect();
            rest.parent_excludes.sort(); rest.parent_excludes.dedup();
            rest.rules.retain(|rule| holds(&Constraint::Rule { rule: rule.id.clone() }));
            for group in &mut rest.groups {
                if !holds(&Constraint::Minimum { group: group.id.clone() }) {
                    group.min = 0;
                }
                for option in &mut group.options {
                    if !holds(&Constraint::Quantity { option: option.id.clone() }) {
                        option.max_total = None;
                    }
                }
            }
            let possible = |document: &ConfigurationModelDocument, options: &[String]| {
                let model = ConfigurationModel::new(document).unwrap();
                let configurator = model.configurator(&circumstances()).unwrap();
                all_valid(document, &configurator).iter().any(|v| contains(v, options))
            };
            prop_assert!(!possible(&rest, &conflict.options), "{:?}", conflict);
            // The conditions of groups and their maxima are left in `rest`, so fewer could do with them: only
            // where the conflict does without them, or names them all, minimality is tested.
            let untouched = document.groups.iter().all(|group| {
                let offered = Constraint::Offered { group: group.id.clone() };
                let maximum = Constraint::Maximum { group: group.id.clone() };
                let slack = group.max.is_none_or(|max| max as usize >= group.options.len());
                (group.when.is_none() || holds(&offered)) && (slack || holds(&maximum))
            });
            if untouched {
                for left_out in 0..conflict.options.len() {
                    let mut options = conflict.options.clone();
                    options.remove(left_out);
                    prop_assert!(possible(&rest, &options), "{conflict:?} without {left_out}");
                }
                for constraint in &conflict.constraints {
                    if matches!(constraint, Constraint::Maximum { .. } | Constraint::Offered { .. }) {
                        continue;
                    }
                    prop_assert!(possible(&without(&rest, constraint), &conflict.options), "{conflict:?} without {constraint:?}");
                }
            }
        }
    }

    #[test]
    fn each_violation_disappears_under_each_of_its_remedies(
        document in models(),
        wishes in prop::collection::vec((0..9_usize).prop_map(|id| format!("o{id}")), 0..6),
        pick in any::<prop::sample::Index>(),
    ) {
        let model = ConfigurationModel::new(&document).unwrap();
        let configurator = model.configurator(&circumstances()).unwrap();
        let selection = Selection::of(wishes.clone());
        for violation in configurator.validate(&selection) {
            let remedies = configurator.remedies(&selection, &violation);
            let none = matches!(violation, Violation::Broken { .. } | Violation::BelowMinimum { .. });
            prop_assert!(!remedies.is_empty() || none);
            for remedy in remedies {
                let mut options = wishes.clone();
                match remedy {
                    Remedy::Add { count, of } => {
                        prop_assert!(of.len() >= count);
                        let start = pick.index(of.len());
                        options.extend((0..count).map(|step| of[(start + step) % of.len()].clone()));
                    }
                    Remedy::Remove { count, of } => {
                        let start = pick.index(of.len());
                        let gone: Vec<&String> = (0..count).map(|step| &of[(start + step) % of.len()]).collect();
                        options.retain(|option| !gone.contains(&option));
                    }
                    other => panic!("{other:?}"),
                }
                let after = configurator.validate(&Selection::of(options));
                let same = after.iter().any(|later| match (later, &violation) {
                    (Violation::BelowMinimum { group, .. }, Violation::BelowMinimum { group: before, .. })
                    | (Violation::AboveMaximum { group, .. }, Violation::AboveMaximum { group: before, .. }) => {
                        group == before
                    }
                    (later, before) => later == before,
                });
                prop_assert!(!same, "{violation:?}");
            }
        }
    }

    #[test]
    fn defaults_fill_in_and_nothing_chosen_changes(
        document in models(),
        wishes in prop::collection::vec((0..9_usize).prop_map(|id| format!("o{id}")), 0..3),
    ) {
        let model = ConfigurationModel::new(&document).unwrap();
        let configurator = model.configurator(&circumstances()).unwrap();
        let selection = Selection::of(wishes.clone());
        let filled = configurator.with_defaults(&selection).unwrap();
        prop_assert_eq!(&filled.options[..wishes.len()], &wishes[..]);
        let before = configurator.count_with(&selection).unwrap();
        let after = configurator.count_with(&filled).unwrap();
        prop_assert_eq!(before.is_zero(), after.is_zero());
        // What is fixed survives every repair.
        if let Some(first) = wishes.first() {
            let fixed = Selection::of(wishes.clone()).fixing(first.clone());
            match configurator.repair(&fixed).unwrap() {
                Some(repair) => prop_assert!(repair.selection.contains(first)),
                None => prop_assert!(configurator.count_with(&Selection::of([first.clone()])).unwrap().is_zero()),
            }
        }
    }
}
