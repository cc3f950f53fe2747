//! The impairment test, of one asset or of several together.

use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use super::asset::{Asset, Cut, Scene};
use super::{CostMovement, Recoverable, paragraph};
use crate::{Book, RevenueError};

/// What a test found; each list has one figure per asset.
pub(super) struct Tested<M> {
    pub(super) recoverable: Figure<M>,
    pub(super) carrying: Vec<Figure<M>>,
    pub(super) losses: Vec<Figure<M>>,
    pub(super) reversals: Vec<Figure<M>>,
    pub(super) after: Vec<Figure<M>>,
}

/// Tests assets and moves what they carry (340-40-35-3, IFRS 15.101 and 104).
pub(super) fn test<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    assets: &mut [&mut Asset<R::Mark>],
    recoverable: &Recoverable,
    cut: Cut,
) -> Result<Tested<R::Mark>, RevenueError> {
    let recoverable = amount(rec, scene, recoverable, cut);
    let mut carrying = Vec::with_capacity(assets.len());
    for asset in assets.iter_mut() {
        carrying.push(
            asset
                .track
                .schedule
                .carrying(rec, scene, &asset.id, cut.through)?,
        );
    }
    let total = sum(rec, scene, &carrying, || {
        format!("carried at the test of {}", cut.on)
    });
    let excess = rec.difference(&total, &recoverable, || {
        Note::new(format!("carried above what is recoverable on {}", cut.on)).money(scene.currency)
    });
    let losses = if excess.value.is_positive() {
        split(rec, scene, &excess, &carrying, "impairment", |index| {
            assets.get(index).map_or("", |asset| asset.id.as_str())
        })?
    } else {
        nothing(rec, scene, assets.len(), "impairment")
    };
    let reversals = if excess.value.is_negative() && scene.book == Book::Ifrs15 {
        reversals(rec, scene, assets, &carrying, &excess, cut)?
    } else {
        nothing(rec, scene, assets.len(), "reversal")
    };
    let mut after = Vec::with_capacity(assets.len());
    for (index, asset) in assets.iter_mut().enumerate() {
        let (Some(carried), Some(loss), Some(reversal)) =
            (carrying.get(index), losses.get(index), reversals.get(index))
        else {
            continue;
        };
        after.push(apply(rec, scene, asset, carried, loss, reversal, cut));
    }
    Ok(Tested {
        recoverable,
        carrying,
        losses,
        reversals,
        after,
    })
}

/// What is expected to be recovered; zero or above.
fn amount<R: Recorder>(rec: &mut R, scene: &Scene<'_>, of: &Recoverable, cut: Cut) -> Figure<R::Mark> {
    let mut input = |value: Exact, label: &str| {
        rec.input(value, || {
            Note::new(format!("{label}, by the test of {}", cut.on)).money(scene.currency)
        })
    };
    let exact = match of {
        Recoverable::Amount(amount) => input(amount.exact(), "recoverable as found"),
        Recoverable::Remaining {
            consideration,
            renewals,
            costs,
        } => {
            let parts = [
                input(consideration.exact(), "remaining consideration"),
                input(renewals.exact(), "consideration of anticipated renewals"),
            ];
            let costs = input(costs.exact(), "remaining direct costs");
            let receipts = sum(rec, scene, &parts, || "consideration to come".to_owned());
            rec.difference(&receipts, &costs, || {
                Note::new("consideration to come less costs to come").money(scene.currency)
            })
        }
    };
    let zero = scene.nothing(rec, || "no less than".to_owned());
    rec.maximum(&[&exact, &zero], || {
        Note::new(format!("recoverable on {}", cut.on))
            .money(scene.currency)
            .cite(scene.book.cite(paragraph::IMPAIRMENT))
    })
}

/// What comes back of earlier impairments: what is recoverable beyond what is carried, at most what would be carried
/// without any of them, split by what each asset lacks to that.
fn reversals<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    assets: &mut [&mut Asset<R::Mark>],
    carrying: &[Figure<R::Mark>],
    excess: &Figure<R::Mark>,
    cut: Cut,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    let mut gaps = Vec::with_capacity(assets.len());
    for (asset, carried) in assets.iter_mut().zip(carrying) {
        let id = &asset.id;
        let zero = scene.nothing(rec, || format!("{id} never impaired"));
        let Some(unimpaired) = &mut asset.unimpaired else {
            gaps.push(zero);
            continue;
        };
        let without = unimpaired.schedule.carrying(rec, scene, id, cut.through)?;
        let gap = rec.difference(&without, carried, || {
            Note::new(format!("{id} without impairment, less what is carried")).money(scene.currency)
        });
        gaps.push(rec.maximum(&[&gap, &zero], || {
            Note::new(format!("{id} lacks of its amount without impairment"))
                .money(scene.currency)
                .cite(scene.book.cite(paragraph::REVERSAL))
        }));
    }
    let gap = sum(rec, scene, &gaps, || {
        "lacking of the amounts without impairment".to_owned()
    });
    let room = rec.negate(excess, || {
        Note::new(format!("recoverable above what is carried on {}", cut.on)).money(scene.currency)
    });
    let reversal = rec.minimum(&[&room, &gap], || {
        Note::new(format!("reversal on {}", cut.on))
            .money(scene.currency)
            .cite(scene.book.cite(paragraph::REVERSAL))
    });
    if reversal.value.is_zero() {
        return Ok(nothing(rec, scene, assets.len(), "reversal"));
    }
    split(rec, scene, &reversal, &gaps, "reversal", |index| {
        assets.get(index).map_or("", |asset| asset.id.as_str())
    })
}

/// Moves an asset; gives what it carries after the test.
fn apply<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    asset: &mut Asset<R::Mark>,
    carried: &Figure<R::Mark>,
    loss: &Figure<R::Mark>,
    reversal: &Figure<R::Mark>,
    cut: Cut,
) -> Figure<R::Mark> {
    let id = &asset.id;
    let (kind, amount) = if !loss.value.is_zero() {
        (CostMovement::Impaired, loss)
    } else if !reversal.value.is_zero() {
        (CostMovement::Reversed, reversal)
    } else {
        return carried.clone();
    };
    if asset.unimpaired.is_none() {
        asset.unimpaired = Some(asset.track.clone());
    }
    let label = || Note::new(format!("{id} carried after the test of {}", cut.on)).money(scene.currency);
    let after = if kind == CostMovement::Impaired {
        rec.difference(carried, amount, label)
    } else {
        rec.sum(&[carried, amount], label)
    };
    asset.track.push(cut, kind, amount);
    asset.track.schedule.go_on(after.clone(), cut.through);
    after
}

fn split<'a, R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    total: &Figure<R::Mark>,
    weights: &[Figure<R::Mark>],
    what: &str,
    id: impl Fn(usize) -> &'a str,
) -> Result<Vec<Figure<R::Mark>>, RevenueError> {
    let weights: Vec<_> = weights.iter().collect();
    if weights.len() == 1 {
        let label = || Note::new(format!("{what} of {}", id(0))).money(scene.currency);
        return Ok(vec![rec.sum(&[total], label)]);
    }
    let policy = scene.policy.allocation_policy();
    Ok(rec.shares(total, &weights, policy, scene.currency, |index| {
        Note::new(format!("{what} of {}", id(index)))
            .money(scene.currency)
            .cite(scene.of_policy("remainder"))
    })?)
}

fn nothing<R: Recorder>(rec: &mut R, scene: &Scene<'_>, count: usize, what: &str) -> Vec<Figure<R::Mark>> {
    let mut figures = Vec::with_capacity(count);
    figures.resize_with(count, || scene.nothing(rec, || format!("no {what}")));
    figures
}

fn sum<R: Recorder>(
    rec: &mut R,
    scene: &Scene<'_>,
    parts: &[Figure<R::Mark>],
    label: impl Fn() -> String,
) -> Figure<R::Mark> {
    let parts: Vec<_> = parts.iter().collect();
    rec.sum(&parts, || Note::new(label()).money(scene.currency))
}
