//! Charts as SVG: columns over time, bars, and the waterfall of a price.
//!
//! A chart is a drawing: its lengths are whole units of a view box, cut, not rounded. The figures stand in the table
//! below it.

use l2c::money::{Currency, Money};
use maud::{Markup, html};

use crate::page::grouped;

const WIDTH: i128 = 960;
const LEFT: i128 = 84;
const TOP: i128 = 14;

/// Amounts of the same kind, one per position of the chart.
pub struct Series<'a> {
    /// What they are.
    pub name: &'a str,
    /// The colour, `c1` to `c6`.
    pub colour: &'static str,
    /// The amounts; below zero they hang down.
    pub amounts: Vec<Money>,
}

/// What is drawn over a position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// The series on top of each other.
    Stacked,
    /// The series side by side.
    Grouped,
}

/// A length of the drawing for an amount in minor units.
struct Scale {
    low: i128,
    high: i128,
    step: i128,
    length: i128,
}

impl Scale {
    /// A scale from the lowest to the highest amount, zero among them, with round marks.
    fn new(amounts: impl Iterator<Item = i128>, length: i128) -> Self {
        let (mut low, mut high) = (0, 0);
        for amount in amounts {
            low = low.min(amount);
            high = high.max(amount);
        }
        let step = round_step(high.saturating_sub(low));
        let up = high.saturating_add(step).saturating_sub(1).div_euclid(step);
        Self {
            low,
            high: up.saturating_mul(step).max(step),
            step,
            length,
        }
    }

    fn marks(&self) -> impl Iterator<Item = i128> {
        // Towards zero, so that the first mark is on the scale.
        let first = cut(self.low, self.step).saturating_mul(self.step);
        std::iter::successors(Some(first), |mark| Some(mark.saturating_add(self.step)))
            .take_while(|mark| *mark <= self.high)
    }

    /// How far from the low end an amount lies.
    fn at(&self, amount: i128) -> i128 {
        let above = amount.saturating_sub(self.low).saturating_mul(self.length);
        cut(above, self.high.saturating_sub(self.low))
    }
}

/// A step of 1, 2 or 5 times a power of ten that cuts a span into three to six parts.
fn round_step(span: i128) -> i128 {
    let mut power: i128 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step.saturating_mul(5) >= span {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A whole part, towards zero; nothing of nothing.
fn cut(whole: i128, parts: i128) -> i128 {
    whole.checked_div(parts).unwrap_or(0)
}

fn minor(money: &Money) -> i128 {
    money.minor().map_or(0, i128::from)
}

/// A mark of an axis: whole units, shortened by thousands and millions.
fn mark_text(minor: i128, currency: Currency) -> String {
    let unit = 10_i128.saturating_pow(currency.minor_units());
    let whole = minor.checked_div(unit).unwrap_or(0);
    let parts = [(1_000_000_000, " bn"), (1_000_000, " m"), (1_000, " k")];
    for (size, suffix) in parts {
        if whole.saturating_abs() >= size {
            // One decimal, where the mark has one.
            let tenths = whole.saturating_mul(10).checked_div(size).unwrap_or(0);
            let (whole, tenth) = (tenths / 10, (tenths % 10).saturating_abs());
            let decimal = if tenth == 0 {
                String::new()
            } else {
                format!(".{tenth}")
            };
            return grouped(&format!("{whole}{decimal}{suffix}"));
        }
    }
    grouped(&whole.to_string())
}

fn legend(names: impl Iterator<Item = (String, &'static str)>) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (name, colour) in names { li { span.key.(colour) {} (name) } }
        }
    }
}

fn frame(title: &str, height: i128, drawing: &Markup) -> Markup {
    html! {
        div.chart {
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) { (drawing) }
        }
    }
}

fn axis(scale: &Scale, currency: Currency, bottom: i128) -> Markup {
    html! {
        @for mark in scale.marks() {
            @let y = bottom.saturating_sub(scale.at(mark));
            line.zero[mark == 0].grid x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) {}
            text.mark x=(LEFT.saturating_sub(8)) y=(y.saturating_add(4)) { (mark_text(mark, currency)) }
        }
    }
}

/// Columns over `labels`, with a line over them if there is one.
pub fn columns(
    title: &str,
    currency: Currency,
    labels: &[String],
    series: &[Series<'_>],
    kind: Columns,
    line: Option<&Series<'_>>,
) -> Markup {
    let height = 250;
    let bottom = TOP.saturating_add(height);
    let count = i128::try_from(labels.len().max(1)).unwrap_or(1);
    let slot = cut(WIDTH.saturating_sub(LEFT), count);
    let scale = Scale::new(extremes(labels.len(), series, kind, line), height);
    let zero = bottom.saturating_sub(scale.at(0));
    let inner = (slot.saturating_mul(3) / 4).max(1);
    let x_of = |index: usize| {
        let index = i128::try_from(index).unwrap_or(0);
        LEFT.saturating_add(slot.saturating_mul(index))
    };
    // A label needs about 62 units.
    let every = usize::try_from(cut(61_i128.saturating_add(slot), slot)).unwrap_or(1);
    let drawing = html! {
        (axis(&scale, currency, bottom))
        @for (index, label) in labels.iter().enumerate() {
            @let x = x_of(index).saturating_add(slot.saturating_sub(inner) / 2);
            @for bar in bars(index, series, kind, inner) {
                @let (top, foot) = (bottom.saturating_sub(scale.at(bar.to)), bottom.saturating_sub(scale.at(bar.from)));
                rect.(bar.colour) x=(x.saturating_add(bar.x)) y=(top.min(foot)) width=(bar.width)
                    height=(top.abs_diff(foot)) {
                    title { (label) ", " (bar.name) ": " (grouped(&bar.amount)) }
                }
            }
            @if index.is_multiple_of(every.max(1)) {
                text.label x=(x_of(index).saturating_add(slot / 2)) y=(bottom.saturating_add(20)) { (label) }
            }
        }
        line.grid.zero x1=(LEFT) x2=(WIDTH) y1=(zero) y2=(zero) {}
        @if let Some(line) = line {
            @let points: Vec<(i128, i128, &Money)> = line.amounts.iter().enumerate()
                .map(|(index, money)| (x_of(index).saturating_add(slot / 2), bottom.saturating_sub(scale.at(minor(money))), money))
                .collect();
            polyline.(line.colour) points=(points.iter().map(|(x, y, _)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")) {}
            @for ((x, y, money), label) in points.iter().zip(labels) {
                circle.(line.colour) cx=(x) cy=(y) r="3" { title { (label) ", " (line.name) ": " (grouped(&money.amount_text())) } }
            }
        }
    };
    let names = series
        .iter()
        .chain(line)
        .map(|series| (series.name.to_owned(), series.colour));
    html! {
        (legend(names))
        (frame(title, bottom.saturating_add(30), &drawing))
    }
}

/// A column, or its part.
struct Bar<'a> {
    name: &'a str,
    colour: &'static str,
    amount: String,
    from: i128,
    to: i128,
    x: i128,
    width: i128,
}

fn bars<'a>(index: usize, series: &'a [Series<'_>], kind: Columns, inner: i128) -> Vec<Bar<'a>> {
    let count = i128::try_from(series.len().max(1)).unwrap_or(1);
    let width = match kind {
        Columns::Stacked => inner,
        Columns::Grouped => cut(inner, count).max(1),
    };
    let (mut up, mut down, mut x) = (0_i128, 0_i128, 0_i128);
    let mut bars = Vec::new();
    for series in series {
        let Some(money) = series.amounts.get(index) else {
            continue;
        };
        let amount = minor(money);
        let from = match kind {
            Columns::Grouped => 0,
            Columns::Stacked if amount < 0 => down,
            Columns::Stacked => up,
        };
        let to = from.saturating_add(amount);
        if amount != 0 {
            bars.push(Bar {
                name: series.name,
                colour: series.colour,
                amount: money.amount_text(),
                from,
                to,
                x,
                width: width.saturating_sub(i128::from(kind == Columns::Grouped)).max(1),
            });
        }
        match kind {
            Columns::Grouped => x = x.saturating_add(width),
            Columns::Stacked if amount < 0 => down = to,
            Columns::Stacked => up = to,
        }
    }
    bars
}

fn extremes<'a>(
    count: usize,
    series: &'a [Series<'_>],
    kind: Columns,
    line: Option<&'a Series<'_>>,
) -> impl Iterator<Item = i128> + 'a {
    let ends = (0..count).flat_map(move |index| bars(index, series, kind, 1).into_iter().map(|bar| bar.to));
    ends.chain(line.into_iter().flat_map(|line| line.amounts.iter().map(minor)))
}

/// A bar with its label and what stands at its end.
pub struct Line {
    /// Its name.
    pub label: String,
    /// Its length.
    pub amount: i128,
    /// What stands behind it.
    pub text: String,
}

/// Bars from left to right, one below the other.
pub fn bars_across(title: &str, colour: &'static str, lines: &[Line]) -> Markup {
    let (row, left, right) = (30_i128, 250_i128, 190_i128);
    let most = lines.iter().map(|line| line.amount).max().unwrap_or(0).max(1);
    let room = WIDTH.saturating_sub(left).saturating_sub(right);
    let y_of = |index: usize| {
        i128::try_from(index)
            .unwrap_or(0)
            .saturating_mul(row)
            .saturating_add(4)
    };
    let height = y_of(lines.len());
    let drawing = html! {
        @for (index, line) in lines.iter().enumerate() {
            @let y = y_of(index);
            @let length = cut(line.amount.max(0).saturating_mul(room), most);
            text.name x=(left.saturating_sub(12)) y=(y.saturating_add(17)) { (line.label) }
            rect.(colour) x=(left) y=(y) width=(length.max(1)) height=(row.saturating_sub(8)) {
                title { (line.label) ": " (line.text) }
            }
            text.value x=(left.saturating_add(length).saturating_add(8)) y=(y.saturating_add(17)) { (line.text) }
        }
    };
    frame(title, height, &drawing)
}

/// A step of a price: what it adds, and the amount after it.
pub struct Step {
    /// Its name.
    pub label: String,
    /// What it adds.
    pub amount: Money,
    /// The amount after it.
    pub subtotal: Money,
    /// Whether it stands on the ground: the list price and the net.
    pub whole: bool,
}

/// The steps of a price from list to net, each from where the one before it ends.
pub fn waterfall(title: &str, currency: Currency, steps: &[Step]) -> Markup {
    let height = 220;
    let bottom = TOP.saturating_add(height);
    let scale = Scale::new(steps.iter().map(|step| minor(&step.subtotal)), height);
    let count = i128::try_from(steps.len().max(1)).unwrap_or(1);
    let slot = cut(WIDTH.saturating_sub(LEFT), count).min(240);
    let width = slot.saturating_mul(3) / 5;
    let drawing = html! {
        (axis(&scale, currency, bottom))
        @for (index, step) in steps.iter().enumerate() {
            @let x = LEFT.saturating_add(slot.saturating_mul(i128::try_from(index).unwrap_or(0))).saturating_add(slot.saturating_sub(width) / 2);
            @let to = minor(&step.subtotal);
            @let from = if step.whole { 0 } else { to.saturating_sub(minor(&step.amount)) };
            @let (a, b) = (bottom.saturating_sub(scale.at(to)), bottom.saturating_sub(scale.at(from)));
            @let colour = if step.whole { "c1" } else if step.amount.is_negative() { "c6" } else { "c3" };
            rect.(colour) x=(x) y=(a.min(b)) width=(width) height=(a.abs_diff(b).max(1)) {
                title { (step.label) ": " (grouped(&step.amount.amount_text())) }
            }
            @let shown = if step.whole { step.subtotal } else { step.amount };
            text.label x=(x.saturating_add(width / 2)) y=(a.min(b).saturating_sub(5)) { (grouped(&shown.amount_text())) }
            @if index.saturating_add(1) < steps.len() {
                line.join x1=(x.saturating_add(width)) x2=(x.saturating_add(slot)) y1=(a) y2=(a) {}
            }
            text.label x=(x.saturating_add(width / 2)) y=(bottom.saturating_add(20)) { (step.label) }
        }
    };
    frame(title, bottom.saturating_add(30), &drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (span, step) in [
            (0, 1),
            (5, 1),
            (6, 2),
            (99, 20),
            (100, 20),
            (101, 50),
            (1_000_000, 200_000),
            (2_600_001, 1_000_000),
        ] {
            assert_eq!(round_step(span), step, "{span}");
        }
    }

    #[test]
    fn marks_are_short() {
        let usd = Currency::USD;
        for (minor, text) in [
            (0, "0"),
            (99_900, "999"),
            (150_000, "1.5 k"),
            (200_000_000, "2 m"),
            (-50_000_000, "\u{2212}500 k"),
        ] {
            assert_eq!(mark_text(minor, usd), text);
        }
    }

    #[test]
    fn a_scale_holds_all_amounts_and_zero() {
        let scale = Scale::new([700, -200].into_iter(), 1_000);
        assert_eq!((scale.low, scale.high), (-200, 800));
        assert_eq!((scale.at(-200), scale.at(0), scale.at(800)), (0, 200, 1_000));
        assert_eq!(scale.marks().collect::<Vec<_>>(), [-200, 0, 200, 400, 600, 800]);
        let flat = Scale::new(std::iter::empty(), 100);
        assert_eq!((flat.low, flat.high), (0, 1));
    }
}
