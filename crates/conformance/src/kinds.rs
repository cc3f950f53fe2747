//! One module per area; each lists its kinds.

use serde_json::Value;

use crate::{host, leads, orders, pricing, receivables, revenue};

/// A kind of case and its interpreter.
pub struct Kind {
    /// The name, as it stands in the cases.
    pub name: &'static str,
    /// Translates `given` into calls and the result into the words of `expect`; an input that the page of the
    /// kind refuses gives `{"error": code}`. `Err` says why the case cannot be expressed.
    pub interpret: fn(&Value) -> Result<Value, String>,
}

/// Every kind that is covered, in the order of the areas. An area adds its module (`src/pricing.rs`, ...) and a
/// line per kind: `Kind { name: "rounding", interpret: pricing::rounding },`.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "rounding",
        interpret: pricing::rounding,
    },
    Kind {
        name: "apportion",
        interpret: pricing::apportion,
    },
    Kind {
        name: "charge",
        interpret: pricing::charge,
    },
    Kind {
        name: "price_selection",
        interpret: pricing::price_selection,
    },
    Kind {
        name: "decision_table",
        interpret: pricing::decision_table,
    },
    Kind {
        name: "configuration",
        interpret: pricing::configuration,
    },
    Kind {
        name: "approval",
        interpret: pricing::approval,
    },
    Kind {
        name: "quote_lifecycle",
        interpret: pricing::quote_lifecycle,
    },
    Kind {
        name: "price_line",
        interpret: pricing::price_line,
    },
    Kind {
        name: "price_quote",
        interpret: pricing::price_quote,
    },
    Kind {
        name: "discount_limit",
        interpret: pricing::discount_limit,
    },
    Kind {
        name: "proration",
        interpret: pricing::proration,
    },
    Kind {
        name: "ramp",
        interpret: pricing::ramp,
    },
    Kind {
        name: "amendment",
        interpret: pricing::amendment,
    },
    Kind {
        name: "exact_split",
        interpret: revenue::exact_split,
    },
    Kind {
        name: "schedule",
        interpret: revenue::schedule,
    },
    Kind {
        name: "ssp",
        interpret: revenue::ssp,
    },
    Kind {
        name: "allocation",
        interpret: revenue::allocation,
    },
    Kind {
        name: "transaction_price",
        interpret: revenue::transaction_price,
    },
    Kind {
        name: "contract",
        interpret: revenue::contract,
    },
    Kind {
        name: "portfolio",
        interpret: revenue::portfolio,
    },
    Kind {
        name: "financing",
        interpret: revenue::financing,
    },
    Kind {
        name: "classification",
        interpret: revenue::classification,
    },
    Kind {
        name: "principal_agent",
        interpret: revenue::principal_agent,
    },
    Kind {
        name: "repurchase",
        interpret: revenue::repurchase,
    },
    Kind {
        name: "renewal_right",
        interpret: revenue::renewal_right,
    },
    Kind {
        name: "disaggregation",
        interpret: revenue::disaggregation,
    },
    Kind {
        name: "contract_costs",
        interpret: revenue::contract_costs,
    },
    Kind {
        name: "contract_cost",
        interpret: revenue::contract_cost,
    },
    Kind {
        name: "ageing",
        interpret: receivables::ageing,
    },
    Kind {
        name: "lead_lifecycle",
        interpret: leads::lead_lifecycle,
    },
    Kind {
        name: "opportunity_lifecycle",
        interpret: leads::opportunity_lifecycle,
    },
    Kind {
        name: "pipeline_value",
        interpret: leads::pipeline_value,
    },
    Kind {
        name: "order_status",
        interpret: orders::order_status,
    },
    Kind {
        name: "order_state_machine",
        interpret: orders::state_machine,
    },
    Kind {
        name: "order_item_rollup",
        interpret: orders::item_rollup,
    },
    Kind {
        name: "order_split",
        interpret: orders::split,
    },
    Kind {
        name: "order_exchange",
        interpret: orders::exchange,
    },
    Kind {
        name: "order_promise",
        interpret: orders::promise,
    },
    Kind {
        name: "order_discrete_atp",
        interpret: orders::discrete_atp,
    },
    Kind {
        name: "order_delivery_dates",
        interpret: orders::delivery_dates,
    },
    Kind {
        name: "order_allocation",
        interpret: orders::allocation,
    },
    Kind {
        name: "order_credit_check",
        interpret: orders::credit_check,
    },
    Kind {
        name: "host_event_append",
        interpret: host::event_append,
    },
    Kind {
        name: "host_outbox_relay",
        interpret: host::outbox_relay,
    },
    Kind {
        name: "host_numbering",
        interpret: host::numbering,
    },
];
