//! Who takes part: customers, sales agents and managers, as party records apart from every event.

use std::collections::{BTreeMap, BTreeSet};

use l2c::host::{Party, PartyId, PartyKind};

use crate::error::Failure;
use crate::import::Crm;

/// Party records by id, and the ids by the names of the export.
pub struct Parties {
    /// The records; the only place where names live.
    pub records: BTreeMap<PartyId, Party>,
    accounts: BTreeMap<String, PartyId>,
    agents: BTreeMap<String, PartyId>,
    managers: BTreeMap<String, PartyId>,
    /// The person who approves deep discounts.
    pub director: PartyId,
    /// The department that approves prices below the floor.
    pub finance: PartyId,
}

impl Parties {
    /// Records for everybody in an export.
    ///
    /// # Errors
    /// None in practice: the keys are made here.
    pub fn new(crm: &Crm) -> Result<Self, Failure> {
        let mut records = BTreeMap::new();
        let director = add(&mut records, "director", 1, "Sales director", PartyKind::Person)?;
        let finance = add(&mut records, "finance", 1, "Finance", PartyKind::Organization)?;
        let (mut accounts, mut agents, mut managers) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (name, account) in &crm.accounts {
            let id = add(
                &mut records,
                "customer",
                account.number,
                name,
                PartyKind::Organization,
            )?;
            accounts.insert(name.clone(), id);
        }
        for (name, agent) in &crm.agents {
            let id = add(&mut records, "agent", agent.number, name, PartyKind::Person)?;
            agents.insert(name.clone(), id);
        }
        // Managers stand in the agents' rows alone; they are numbered by name.
        let names: BTreeSet<&String> = crm.agents.values().map(|agent| &agent.manager).collect();
        for (index, name) in names.into_iter().enumerate() {
            let id = add(
                &mut records,
                "manager",
                index.saturating_add(1),
                name,
                PartyKind::Person,
            )?;
            managers.insert(name.clone(), id);
        }
        Ok(Self {
            records,
            accounts,
            agents,
            managers,
            director,
            finance,
        })
    }

    /// A customer by name.
    pub fn account(&self, name: &str) -> Option<&PartyId> {
        self.accounts.get(name)
    }

    /// A sales agent by name.
    pub fn agent(&self, name: &str) -> Option<&PartyId> {
        self.agents.get(name)
    }

    /// A manager by name.
    pub fn manager(&self, name: &str) -> Option<&PartyId> {
        self.managers.get(name)
    }
}

fn add(
    records: &mut BTreeMap<PartyId, Party>,
    role: &'static str,
    number: usize,
    name: &str,
    kind: PartyKind,
) -> Result<PartyId, Failure> {
    let id = PartyId::from_key(&format!("{role}-{number:03}")).map_err(Failure::stage("parties", number))?;
    records.insert(id.clone(), Party::new(id.clone(), kind, name));
    Ok(id)
}
