//! `order_state_machine`: a lifecycle given as data.

use l2c_orders::{
    Lifecycle, LifecycleDocument, LifecycleOverlayDocument, LifecycleStep, LifecycleTransitionDocument,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::given::{Stop, answer, read};

pub(crate) fn state_machine(given: &Value) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        machine: Machine,
        #[serde(default)]
        overlay: Vec<LifecycleOverlayDocument>,
        #[serde(default)]
        steps: Vec<String>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Machine {
        states: Vec<String>,
        initial: String,
        transitions: Vec<LifecycleTransitionDocument>,
    }
    let run = || {
        let given: Given = read(given)?;
        let Machine {
            states,
            initial,
            transitions,
        } = given.machine;
        let document = LifecycleDocument {
            id: "case".to_owned(),
            version: 1,
            states,
            initial,
            transitions,
        };
        let lifecycle = Lifecycle::new(&document).and_then(|lifecycle| lifecycle.overlaid(&given.overlay));
        let lifecycle = lifecycle.map_err(|faults| Stop::Refused(faults.code()))?;
        let mut state = lifecycle.initial().to_owned();
        let (mut steps, mut events) = (Vec::new(), 0_usize);
        for to in given.steps {
            steps.push(match lifecycle.step(&state, &to) {
                Ok(LifecycleStep::Moved) => {
                    state.clone_from(&to);
                    events = events.saturating_add(1);
                    json!({"to": to, "outcome": "ok", "state": state})
                }
                Ok(LifecycleStep::NoChange) => json!({"to": to, "outcome": "no_change", "state": state}),
                Err(error) => json!({"to": to, "outcome": "error", "error": error.code(), "state": state}),
            });
        }
        let transitions = lifecycle
            .transitions()
            .map(|(from, to)| json!({"from": from, "to": to}));
        let found = lifecycle.analysis();
        Ok(json!({
            "steps": steps,
            "final_state": state,
            "events": events,
            "transitions": transitions.collect::<Vec<_>>(),
            "analysis": {
                "state_count": found.state_count,
                "legal_pairs": found.legal_pairs,
                "illegal_pairs": found.illegal_pairs,
                "terminal": found.terminal,
                "unreachable": found.unreachable,
                "on_cycle": found.on_cycle,
                "shortest_path": found.shortest_path,
            },
        }))
    };
    answer(run())
}
