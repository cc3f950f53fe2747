//! Questions to configuration models: ten attributes of fifty values, and a bundle of five hundred options.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use l2c::pricing::{
    Circumstances, ConfigurationModel, ConfigurationModelDocument, OptionDocument, OptionGroupDocument,
    Selection,
};

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

/// Ten attributes of fifty values; of the pairs of values about one in `every` is ruled out, between attributes that meet.
fn attributes(every: usize, meet: impl Fn(usize, usize) -> bool) -> ConfigurationModel {
    let groups = (0..10).map(|group| OptionGroupDocument {
        id: format!("{group}"),
        min: 1,
        max: Some(1),
        when: None,
        options: (0..50).map(|value| option(format!("{group}-{value}"))).collect(),
    });
    let mut excludes = Vec::new();
    let pairs = (0..10).flat_map(|one: usize| (one + 1..10).map(move |other| (one, other)));
    for (one, other) in pairs.filter(|(one, other)| meet(*one, *other)) {
        for (a, b) in (0..50).flat_map(|a: usize| (0..50).map(move |b: usize| (a, b))) {
            if ((a * a * 37 + b * b * 61 + a * b * 11 + one * 9_176 + other * 113) / 7).is_multiple_of(every)
            {
                excludes.push((format!("{one}-{a}"), format!("{other}-{b}")));
            }
        }
    }
    let document = ConfigurationModelDocument {
        groups: groups.collect(),
        excludes,
        ..ConfigurationModelDocument::default()
    };
    ConfigurationModel::new(&document).unwrap()
}

/// Five hundred options, each of which needs the one before it.
fn chain() -> ConfigurationModel {
    let group = OptionGroupDocument {
        id: "any".into(),
        min: 0,
        max: None,
        when: None,
        options: (0..500).map(|index| option(format!("o{index}"))).collect(),
    };
    let requires = (1..500).map(|index| (format!("o{index}"), format!("o{}", index - 1)));
    let document = ConfigurationModelDocument {
        groups: vec![group],
        requires: requires.collect(),
        ..ConfigurationModelDocument::default()
    };
    ConfigurationModel::new(&document).unwrap()
}

/// One wish for each attribute, many of which do not go together.
fn wishes() -> Selection {
    Selection::of((0..10).map(|group| format!("{group}-{}", group * 17 % 50)))
}

fn ten_by_fifty(c: &mut Criterion, name: &str, model: &ConfigurationModel) {
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    let (wishes, none) = (wishes(), Selection::default());
    let mut group = c.benchmark_group(name);
    group.sample_size(10);
    group.bench_function("validate", |b| {
        b.iter(|| configurator.validate(black_box(&wishes)))
    });
    group.bench_function("closest", |b| {
        b.iter(|| configurator.closest(black_box(&wishes)).unwrap())
    });
    group.bench_function("available", |b| {
        b.iter(|| configurator.available(black_box(&none)).unwrap());
    });
    group.bench_function("open_questions", |b| {
        b.iter(|| configurator.open_questions(black_box(&none)).unwrap());
    });
    // A count that is too much work is an error: how soon.
    group.bench_function("count", |b| b.iter(|| configurator.count()));
    group.bench_function("repair", |b| {
        b.iter(|| configurator.repair(black_box(&wishes)).unwrap())
    });
    group.bench_function("conflict", |b| {
        b.iter(|| configurator.conflict(black_box(&wishes)).unwrap())
    });
    group.finish();
}

fn configuration(c: &mut Criterion) {
    let everywhere = |_, _| true;
    let ring = |one: usize, other: usize| other == one + 1 || (one, other) == (0, 9);
    ten_by_fifty(
        c,
        "ten by fifty, a fifth of all pairs out",
        &attributes(5, everywhere),
    );
    ten_by_fifty(
        c,
        "ten by fifty, a third of all pairs out",
        &attributes(3, everywhere),
    );
    ten_by_fifty(c, "ten by fifty, a third out, in a ring", &attributes(3, ring));

    let model = chain();
    let configurator = model.configurator(&Circumstances::default()).unwrap();
    let wishes = Selection::of(["o400"]);
    let mut group = c.benchmark_group("five hundred options");
    group.sample_size(10);
    group.bench_function("count", |b| b.iter(|| configurator.count().unwrap()));
    group.bench_function("closest", |b| {
        b.iter(|| configurator.closest(black_box(&wishes)).unwrap())
    });
    group.bench_function("repair", |b| {
        b.iter(|| configurator.repair(black_box(&wishes)).unwrap())
    });
    group.finish();
}

criterion_group!(benches, configuration);
criterion_main!(benches);
