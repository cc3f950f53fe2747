use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::Check;

use super::assembly::Source;
use super::document::{ConfigurationModelDocument, OptionDocument};
use super::model::{ConfigurationModel, MAX_OPTIONS};
use crate::{CatalogueDocument, ProductId};

/// How deep bundles may stand within each other.
pub const MAX_BUNDLE_DEPTH: usize = 16;
/// How many options all bundles of a catalogue may have together, those of bundles within them included.
pub const MAX_CATALOGUE_OPTIONS: usize = 200_000;

/// How many cycles are told of.
const MAX_CYCLES: usize = 20;

/// A product that is a bundle.
struct Bundle<'a> {
    position: usize,
    document: &'a ConfigurationModelDocument,
    /// The options that are bundles themselves: the option, and the position of its bundle.
    within: Vec<(&'a str, usize)>,
}

/// The checked models of the bundles of a catalogue. Its faults go into `check`: products that there are not, bundles
/// that hold themselves, bundles too deep or too large, and the faults of each model.
pub(crate) fn bundles(
    check: &mut Check,
    catalogue: &CatalogueDocument,
) -> BTreeMap<ProductId, ConfigurationModel> {
    let bundles = read(check, catalogue);
    let Some(order) = inside_out(check, catalogue, &bundles) else {
        return BTreeMap::new();
    };
    if !fits(check, &bundles, &order) {
        return BTreeMap::new();
    }
    // A model within several bundles has its faults once.
    let mut told = BTreeSet::new();
    let mut models = BTreeMap::new();
    for bundle in &bundles {
        let mut own = Check::new("");
        let model = ConfigurationModel::assemble(&mut own, &sources(&bundles, bundle));
        if let Err(faults) = own.finish(()) {
            let new = faults
                .into_iter()
                .filter(|fault| told.insert((fault.path.clone(), fault.code, fault.message.clone())));
            check.extend(new);
        }
        if let Some(product) = catalogue.products.get(bundle.position) {
            models.insert(product.id.clone(), model);
        }
    }
    models
}

/// The bundles, each with those within it. An option that is a product that there is not has none; that is a fault, and
/// the others are still told.
fn read<'a>(check: &mut Check, catalogue: &'a CatalogueDocument) -> Vec<Bundle<'a>> {
    let mut positions = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut bundles = Vec::new();
    for (position, product) in catalogue.products.iter().enumerate() {
        known.insert(&product.id);
        if let Some(document) = &product.configuration {
            positions.entry(&product.id).or_insert(bundles.len());
            bundles.push(Bundle {
                position,
                document,
                within: Vec::new(),
            });
        }
    }
    for bundle in &mut bundles {
        for (group, entry) in bundle.document.groups.iter().enumerate() {
            for (index, option) in entry.options.iter().enumerate() {
                let OptionDocument {
                    id,
                    product: Some(product),
                    ..
                } = option
                else {
                    continue;
                };
                if let Some(inner) = positions.get(product) {
                    bundle.within.push((id, *inner));
                } else if !known.contains(product) {
                    let path = format!(
                        "products[{}].configuration.groups[{group}].options[{index}].product",
                        bundle.position
                    );
                    check.fault(
                        path,
                        "unknown_product",
                        format!("{product} is not in the catalogue"),
                    );
                }
            }
        }
    }
    bundles
}

/// The bundles, each behind those within it; `None` if one holds itself.
fn inside_out(
    check: &mut Check,
    catalogue: &CatalogueDocument,
    bundles: &[Bundle<'_>],
) -> Option<Vec<usize>> {
    let name = |bundle: usize| {
        let product = bundles
            .get(bundle)
            .and_then(|bundle| catalogue.products.get(bundle.position));
        product.map_or_else(String::new, |product| product.id.to_string())
    };
    let mut order = Vec::new();
    let mut done = vec![false; bundles.len()];
    let mut on_path = vec![false; bundles.len()];
    let mut cycles = 0_usize;
    for start in 0..bundles.len() {
        // Each entry: a bundle, and how many of the bundles within it were followed.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((bundle, followed)) = path.pop() {
            if done.get(bundle) == Some(&true) {
                continue;
            }
            if let Some(flag) = on_path.get_mut(bundle) {
                *flag = true;
            }
            let inner = bundles.get(bundle).and_then(|bundle| bundle.within.get(followed));
            let Some(&(_, inner)) = inner else {
                for (flags, value) in [(&mut done, true), (&mut on_path, false)] {
                    if let Some(flag) = flags.get_mut(bundle) {
                        *flag = value;
                    }
                }
                order.push(bundle);
                continue;
            };
            path.push((bundle, followed.saturating_add(1)));
            if on_path.get(inner) == Some(&true) {
                let from = path.iter().position(|(bundle, _)| *bundle == inner).unwrap_or(0);
                let cycle = path.iter().skip(from).map(|(bundle, _)| name(*bundle));
                let cycle: Vec<String> = cycle.chain([name(inner)]).take(50).collect();
                let position = bundles.get(bundle).map_or(0, |bundle| bundle.position);
                let message = format!("a bundle holds itself: {}", cycle.join(" > "));
                check.fault(
                    format!("products[{position}].configuration"),
                    "cyclic_bundle",
                    message,
                );
                cycles = cycles.saturating_add(1);
                if cycles == MAX_CYCLES {
                    return None;
                }
            } else {
                path.push((inner, 0));
            }
        }
    }
    (cycles == 0).then_some(order)
}

/// Whether no bundle is too deep or too large, before anything is put together.
fn fits(check: &mut Check, bundles: &[Bundle<'_>], order: &[usize]) -> bool {
    let mut depths = vec![1_usize; bundles.len()];
    let mut sizes = vec![0_usize; bundles.len()];
    let (mut sound, mut total) = (true, 0_usize);
    for &index in order {
        let Some(bundle) = bundles.get(index) else {
            continue;
        };
        let groups = bundle.document.groups.iter();
        let mut size = groups.fold(0_usize, |sum, group| sum.saturating_add(group.options.len()));
        let mut depth = 1;
        for (_, inner) in &bundle.within {
            let inner_depth = depths.get(*inner).copied().unwrap_or(1);
            depth = depth.max(inner_depth.saturating_add(1));
            size = size.saturating_add(sizes.get(*inner).copied().unwrap_or(0));
        }
        total = total.saturating_add(size);
        let path = || format!("products[{}].configuration", bundle.position);
        // Only the innermost bundle that goes too far is told.
        if depth == MAX_BUNDLE_DEPTH.saturating_add(1) {
            let message = format!("bundles stand more than {MAX_BUNDLE_DEPTH} deep within each other");
            check.fault(path(), "too_deep", message);
        }
        sound &= depth <= MAX_BUNDLE_DEPTH;
        if size > MAX_OPTIONS && sound {
            let message =
                format!("{size} options with those of the bundles within it: at most {MAX_OPTIONS}");
            check.fault(path(), "too_large", message);
            sound = false;
        }
        if let (Some(entry), Some(own)) = (depths.get_mut(index), sizes.get_mut(index)) {
            (*entry, *own) = (depth, size);
        }
    }
    if sound && total > MAX_CATALOGUE_OPTIONS {
        let message = format!("{total} options in all bundles together: at most {MAX_CATALOGUE_OPTIONS}");
        check.fault("products", "too_large", message);
        sound = false;
    }
    sound
}

/// The document of a bundle, and behind it those of the bundles within it.
fn sources<'a>(bundles: &[Bundle<'a>], bundle: &Bundle<'a>) -> Vec<Source<'a>> {
    let path = |bundle: &Bundle<'_>| format!("products[{}].configuration", bundle.position);
    let mut found = Vec::new();
    let outermost = Source {
        prefix: String::new(),
        path: path(bundle),
        document: bundle.document,
        within: None,
    };
    let mut open = vec![(outermost, bundle.within.as_slice())];
    while let Some((source, within)) = open.pop() {
        for (option, inner) in within.iter().rev() {
            let Some(inner) = bundles.get(*inner) else {
                continue;
            };
            let id = format!("{}{option}", source.prefix);
            let inside = Source {
                prefix: format!("{id}/"),
                path: path(inner),
                document: inner.document,
                within: Some((id, source.prefix.clone())),
            };
            open.push((inside, inner.within.as_slice()));
        }
        found.push(source);
    }
    found
}
