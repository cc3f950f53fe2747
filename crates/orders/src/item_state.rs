use serde::{Deserialize, Serialize};

/// Where an item of an order stands for those who carry it out, in the words of TM Forum TMF622.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// It is taken on, and nothing has begun.
    Acknowledged,
    /// It is being carried out.
    InProgress,
    /// It waits for somebody to let it go on.
    Held,
    /// It waits for something from outside.
    Pending,
    /// It is done.
    Completed,
    /// It could not be done.
    Failed,
    /// It was called off.
    Cancelled,
    /// It was not taken on.
    Rejected,
}

/// Where an order stands for those who carry it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolledUpState {
    /// No item has begun.
    Acknowledged,
    /// Some item is open, and not all are untouched.
    InProgress,
    /// Every item that was not called off is done.
    Completed,
    /// Some are done, some are not, and none is open.
    Partial,
    /// None is done.
    Failed,
    /// Every item was called off.
    Cancelled,
    /// No item was taken on.
    Rejected,
}

/// What an order is in which nothing is done or failed, and some items were rejected and some called off. TMF622 leaves
/// it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectedAndCancelled {
    /// Rejected: nothing of it was tried.
    #[default]
    Rejected,
    /// Failed: what was not called off is not done.
    Failed,
}

impl RolledUpState {
    /// The state of an order, from the states of its items; `None` without items.
    ///
    /// Any item that is open keeps it open. Then cancelled items count only if all are.
    #[must_use]
    pub fn of(items: &[ItemState], mixed: RejectedAndCancelled) -> Option<Self> {
        let all = |state: ItemState| items.iter().all(|item| *item == state);
        let any = |state: ItemState| items.contains(&state);
        if items.is_empty() {
            return None;
        }
        if all(ItemState::Acknowledged) {
            return Some(Self::Acknowledged);
        }
        if items.iter().any(|item| item.is_open()) {
            return Some(Self::InProgress);
        }
        if all(ItemState::Rejected) {
            return Some(Self::Rejected);
        }
        if all(ItemState::Cancelled) {
            return Some(Self::Cancelled);
        }
        let kept = || items.iter().filter(|item| **item != ItemState::Cancelled);
        Some(if kept().all(|item| *item == ItemState::Completed) {
            Self::Completed
        } else if any(ItemState::Completed) {
            Self::Partial
        } else if any(ItemState::Failed) || mixed == RejectedAndCancelled::Failed {
            Self::Failed
        } else {
            Self::Rejected
        })
    }
}

impl ItemState {
    /// Whether something is still to come of it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Acknowledged | Self::InProgress | Self::Held | Self::Pending
        )
    }
}
