//! The shape of everything that has a life: a state, commands that are decided, events that are applied.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A lifecycle. `Self` is the state; `Default` is the state before anything has happened.
///
/// `decide` is pure: the same state, command and context give the same events on every machine, for ever. What it
/// cannot know (today, ids, roles, policies, the next document number) stands in the context. `evolve` is total: an
/// event has happened, so there is nothing to refuse.
///
/// ```
/// # use l2c_host::*;
/// # use serde::{Serialize, Deserialize};
/// #[derive(Clone, Default, PartialEq, Debug)]
/// struct Switch { on: bool }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// enum SwitchEvent { TurnedOn }
/// impl DomainEvent for SwitchEvent {
///     const CATEGORY: &'static str = "switch";
///     const VERSION: u32 = 1;
///     fn name(&self) -> &'static str { "turned_on" }
/// }
/// struct TurnOn;
///
/// impl Decider for Switch {
///     type Command = TurnOn;
///     type Event = SwitchEvent;
///     type Context = ();
///     type Refusal = std::convert::Infallible;
///     fn decide(&self, _: &TurnOn, _: &()) -> Result<Vec<SwitchEvent>, Self::Refusal> {
///         Ok(if self.on { vec![] } else { vec![SwitchEvent::TurnedOn] }) // no event: accepted, nothing to do
///     }
///     fn evolve(self, _: &SwitchEvent) -> Self { Switch { on: true } }
/// }
/// let events = Switch::default().decide(&TurnOn, &())?;
/// assert!(Switch::replay(&events).on);
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no lifecycle",
    note = "implement `Decider` on the state type: `decide` gives events or a refusal, `evolve` applies an event"
)]
pub trait Decider: Default + Clone {
    /// What can be asked for.
    type Command;
    /// What can have happened.
    type Event: DomainEvent;
    /// What a decision needs beside the state: dates, ids, roles, policies, numbers.
    type Context;
    /// Why a command is refused.
    type Refusal: std::error::Error;

    /// Decides a command. No event means accepted with nothing to do.
    ///
    /// # Errors
    /// The refusal; a refused command changes nothing.
    fn decide(
        &self,
        command: &Self::Command,
        context: &Self::Context,
    ) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Applies an event. Never fails.
    #[must_use]
    fn evolve(self, event: &Self::Event) -> Self;

    /// The state after some events, from the beginning.
    #[must_use]
    fn replay<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self
    where
        Self::Event: 'a,
    {
        events.into_iter().fold(Self::default(), Self::evolve)
    }
}

/// An event of one lifecycle: what the store keeps.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no event that can be stored",
    note = "derive `Clone, Serialize, Deserialize` on the event enum and implement `DomainEvent`"
)]
pub trait DomainEvent: Clone + Serialize + DeserializeOwned {
    /// The category of its streams: `order`, `invoice`. Never changed once events are stored.
    const CATEGORY: &'static str;
    /// The version of the payload's shape, from 1. Raised when the shape changes; an upcaster leads to it.
    const VERSION: u32;
    /// The name of the event: `confirmed`, `issued`. Never changed once events are stored.
    fn name(&self) -> &'static str;
}
