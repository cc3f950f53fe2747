use std::collections::BTreeMap;

use l2c_explain::{Citation, Figure, Note, Recorder};
use l2c_money::{Currency, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::{InvoiceDocument, InvoicingError, TaxBasis, TaxRate};

/// The tax of one rate: a group of the breakdown (BG-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxBreakdown {
    /// The rate (BT-118, BT-119), and whose tax it is.
    pub rate: TaxRate,
    /// The net of the lines of this rate (BT-116).
    pub basis: Money,
    /// The tax (BT-117).
    pub tax: Money,
}

/// The figures of a document, derived from its lines; never set.
///
/// Allowances and charges on the whole document, prepaid amounts and rounding of the payable amount (BT-107,
/// BT-108, BT-113, BT-114) do not occur, so the rules BR-CO-11, -12, -13 and -16 reduce to equalities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// The sum of the line nets (BT-106, BR-CO-10).
    pub sum_of_lines: Money,
    /// The total without tax (BT-109, BR-CO-13).
    pub net: Money,
    /// The tax by rate, in order of category code, percentage, jurisdiction (BR-CO-18).
    pub tax_breakdown: Vec<TaxBreakdown>,
    /// The total tax (BT-110, BR-CO-14).
    pub tax: Money,
    /// The total with tax (BT-112, BR-CO-15).
    pub gross: Money,
    /// The amount due (BT-115, BR-CO-16).
    pub payable: Money,
}

/// The totals as figures that know where they come from.
pub(crate) struct Calculation<M> {
    line_nets: Vec<Figure<M>>,
    groups: Vec<(TaxRate, Figure<M>, Figure<M>)>,
    net: Figure<M>,
    tax: Figure<M>,
    pub(crate) gross: Figure<M>,
}

/// Lines, then tax by rate, then totals: each figure rounded once, where EN 16931 says so.
pub(crate) fn calculate<R: Recorder>(
    document: &InvoiceDocument,
    recorder: &mut R,
) -> Result<Calculation<R::Mark>, InvoicingError> {
    let currency = document.currency;
    let mut line_nets = Vec::with_capacity(document.lines.len());
    let mut members: BTreeMap<&TaxRate, Vec<usize>> = BTreeMap::new();
    for (index, line) in document.lines.iter().enumerate() {
        line_nets.push(line_net(document, index, recorder)?);
        members.entry(&line.tax).or_default().push(index);
    }
    let mut groups = Vec::with_capacity(members.len());
    for (rate, members) in members {
        let nets: Vec<&Figure<R::Mark>> = members.iter().filter_map(|&index| line_nets.get(index)).collect();
        let basis = recorder.sum(&nets, || {
            Note::new(format!("taxable at {rate}"))
                .money(currency)
                .cite(Citation::en16931("BR-S-08"))
        });
        let tax = group_tax(document, rate, &nets, &basis, recorder)?;
        groups.push((rate.clone(), basis, tax));
    }
    let all: Vec<&Figure<R::Mark>> = line_nets.iter().collect();
    let net = recorder.sum(&all, || {
        let note = Note::new("total without tax").money(currency);
        note.cite(Citation::en16931("BR-CO-10"))
            .cite(Citation::en16931("BR-CO-13"))
    });
    let taxes: Vec<&Figure<R::Mark>> = groups.iter().map(|(_, _, tax)| tax).collect();
    let tax = recorder.sum(&taxes, || {
        Note::new("total tax")
            .money(currency)
            .cite(Citation::en16931("BR-CO-14"))
    });
    let gross = recorder.sum(&[&net, &tax], || {
        let note = Note::new("total with tax, amount due").money(currency);
        note.cite(Citation::en16931("BR-CO-15"))
            .cite(Citation::en16931("BR-CO-16"))
    });
    Ok(Calculation {
        line_nets,
        groups,
        net,
        tax,
        gross,
    })
}

/// Quantity times price, rounded to the minor unit (BT-131).
fn line_net<R: Recorder>(
    document: &InvoiceDocument,
    index: usize,
    recorder: &mut R,
) -> Result<Figure<R::Mark>, InvoicingError> {
    let currency = document.currency;
    let Some(line) = document.lines.get(index) else {
        return Ok(recorder.input(Exact::ZERO, || Note::new("no line")));
    };
    let number = index.saturating_add(1);
    let quantity = recorder.input(line.quantity.exact(), || {
        Note::new(format!("quantity of line {number}")).quantity(line.quantity.unit())
    });
    let price = recorder.input(line.price.exact(), || {
        let note = Note::new(format!("price of line {number}, {}", line.description)).money(currency);
        match &line.charge {
            Some(charge) => note.cite(Citation::new("charge", charge.to_string())),
            None => note,
        }
    });
    let exact = recorder.product(&quantity, &price, || {
        Note::new(format!("quantity x price of line {number}")).money(currency)
    });
    Ok(recorder.round(&exact, document.policy.rounding(), currency, || {
        Note::new(format!("net of line {number}"))
            .money(currency)
            .cite(Citation::en16931("BR-DEC-23"))
    })?)
}

/// The tax of one rate: rounded once for the group, or once for each line.
fn group_tax<R: Recorder>(
    document: &InvoiceDocument,
    rate: &TaxRate,
    nets: &[&Figure<R::Mark>],
    basis: &Figure<R::Mark>,
    recorder: &mut R,
) -> Result<Figure<R::Mark>, InvoicingError> {
    let currency = document.currency;
    let policy = document.policy.rounding();
    let percent = recorder.input(rate.percent().fraction(), || {
        let note = Note::new(format!("tax rate {rate}")).percent();
        match &document.tax_rates {
            Some(source) => note.cite(Citation::document(
                &source.id,
                source.version,
                rate.jurisdiction(),
            )),
            None => note,
        }
    });
    let rounded = |recorder: &mut R, base: &Figure<R::Mark>| {
        let exact = recorder.product(base, &percent, || {
            Note::new(format!("exact tax at {rate}")).money(currency)
        });
        recorder.round(&exact, policy, currency, || {
            let note = Note::new(format!("tax at {rate}")).money(currency);
            note.cite(Citation::en16931("BR-CO-17"))
                .cite(document.policy.citation("rounding"))
        })
    };
    match document.policy.document().tax_basis {
        TaxBasis::PerRate => Ok(rounded(recorder, basis)?),
        TaxBasis::PerLine => {
            let mut taxes = Vec::with_capacity(nets.len());
            for net in nets {
                taxes.push(rounded(recorder, net)?);
            }
            let taxes: Vec<&Figure<R::Mark>> = taxes.iter().collect();
            Ok(recorder.sum(&taxes, || {
                Note::new(format!("tax of the lines at {rate}")).money(currency)
            }))
        }
    }
}

impl<M> Calculation<M> {
    /// The figures as money, which they fit without rounding.
    pub(crate) fn totals(&self, currency: Currency) -> Result<(Vec<Money>, Totals), InvoicingError> {
        let money = |figure: &Figure<M>| Money::try_from_exact(&figure.value, currency);
        let line_nets = self.line_nets.iter().map(money).collect::<Result<_, _>>()?;
        let mut tax_breakdown = Vec::with_capacity(self.groups.len());
        for (rate, basis, tax) in &self.groups {
            tax_breakdown.push(TaxBreakdown {
                rate: rate.clone(),
                basis: money(basis)?,
                tax: money(tax)?,
            });
        }
        let net = money(&self.net)?;
        let gross = money(&self.gross)?;
        let totals = Totals {
            sum_of_lines: net,
            net,
            tax_breakdown,
            tax: money(&self.tax)?,
            gross,
            payable: gross,
        };
        Ok((line_nets, totals))
    }
}
