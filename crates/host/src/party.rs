//! Parties: who takes part, kept apart from every event and document so that a host can correct and erase them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

crate::typed_id!(
    /// A party: a customer, a seller, a consignee, a payer. Events and documents hold this id and nothing else of it.
    PartyId, "pty"
);

/// Personal data: it can be read on purpose with [`reveal`](Personal::reveal) and written to the party record,
/// but `Debug` never shows it, it has no `Display`, and a failure to read it never repeats it.
///
/// ```
/// # use l2c_host::Personal;
/// let name = Personal::new("Ada Lovelace".to_owned());
/// assert_eq!(format!("{name:?}"), "[personal]");
/// assert_eq!(name.reveal(), "Ada Lovelace");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Reads the value. Every use is a place to think about.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer)
            .map(Self)
            .map_err(|error| without_values(&error, "personal data has"))
    }
}

/// An error that does not repeat what was read: the name of a field helps, a value may be a person.
fn without_values<E: serde::de::Error>(error: &E, what: &str) -> E {
    let text = error.to_string();
    if text.starts_with("missing field") || text.starts_with("unknown field") {
        E::custom(text)
    } else {
        E::custom(format!("{what} a value of the wrong type"))
    }
}

/// What a party is in law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartyKind {
    /// A company, a public body, an association.
    Organization,
    /// A natural person.
    Person,
}

/// A party record. It lives beside the events, never in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Its id.
    pub id: PartyId,
    /// What it is in law.
    pub kind: PartyKind,
    /// Its legal name.
    pub name: Personal<String>,
    /// Its addresses, the first of a purpose counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Its tax registrations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_ids: Vec<Personal<TaxId>>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Personal<Contact>>,
}

impl<'de> Deserialize<'de> for Party {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Record {
            id: PartyId,
            kind: PartyKind,
            name: Personal<String>,
            #[serde(default)]
            addresses: Vec<Address>,
            #[serde(default)]
            tax_ids: Vec<Personal<TaxId>>,
            #[serde(default)]
            contacts: Vec<Personal<Contact>>,
        }
        match Record::deserialize(deserializer) {
            Ok(Record {
                id,
                kind,
                name,
                addresses,
                tax_ids,
                contacts,
            }) => Ok(Self {
                id,
                kind,
                name,
                addresses,
                tax_ids,
                contacts,
            }),
            Err(error) => Err(without_values(&error, "a party record has")),
        }
    }
}

impl Party {
    /// A party with a name and nothing else.
    pub fn new(id: PartyId, kind: PartyKind, name: &str) -> Self {
        Self {
            id,
            kind,
            name: Personal::from(name),
            addresses: Vec::new(),
            tax_ids: Vec::new(),
            contacts: Vec::new(),
        }
    }

    /// The record after erasure: the id and the kind stay, so that every event still replays; the person is gone.
    #[must_use]
    pub fn erased(self) -> Self {
        Self::new(self.id, self.kind, "")
    }

    /// True once [`erased`](Party::erased).
    pub fn is_erased(&self) -> bool {
        self.name.reveal().is_empty()
    }

    /// The address for a role: the first with that purpose, else the first without one.
    pub fn address(&self, role: PartyRole) -> Option<&Address> {
        let of = |purpose: Option<PartyRole>| self.addresses.iter().find(|a| a.purpose == purpose);
        of(Some(role)).or_else(|| of(None))
    }
}

/// A postal address. The country decides taxes and is no personal data; the rest is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The role it is for; none means every role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PartyRole>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// State, province or region, by the code of the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Personal<String>>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Personal<String>>,
    /// Street, house number, floor: as they stand on the letter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Personal<String>>,
}

/// A registration with a tax authority.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxId {
    /// Which register: `VAT`, `EIN`, `GST`, ...
    pub scheme: String,
    /// The number in it.
    pub value: String,
}

/// A person or desk to ask.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name of the person or desk.
    pub name: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// What a party does in a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartyRole {
    /// Who ordered. Every sale has one; it stands in for every role that is not given.
    SoldTo,
    /// Where the goods go.
    ShipTo,
    /// Who gets the invoice.
    BillTo,
    /// Who pays it.
    Payer,
}

/// Which party has which role in one sale. A role that is not given falls back to the sold-to party.
///
/// ```
/// # use l2c_host::*;
/// let roles = PartyRoles::new(PartyId::from_key("acme")?).with(PartyRole::Payer, PartyId::from_key("bank")?);
/// assert_eq!(roles.get(PartyRole::Payer).key(), "bank");
/// assert_eq!(roles.get(PartyRole::BillTo).key(), "acme");
/// # Ok::<(), HostError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyRoles {
    sold_to: PartyId,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    others: BTreeMap<PartyRole, PartyId>,
}

impl PartyRoles {
    /// One party in every role.
    pub fn new(sold_to: PartyId) -> Self {
        Self {
            sold_to,
            others: BTreeMap::new(),
        }
    }

    /// The same with one role given to another party.
    #[must_use]
    pub fn with(mut self, role: PartyRole, party: PartyId) -> Self {
        if role == PartyRole::SoldTo {
            self.sold_to = party;
        } else {
            self.others.insert(role, party);
        }
        self
    }

    /// Who has a role.
    pub fn get(&self, role: PartyRole) -> &PartyId {
        self.others
            .get(&role)
            .filter(|_| role != PartyRole::SoldTo)
            .unwrap_or(&self.sold_to)
    }

    /// Who ordered.
    pub fn sold_to(&self) -> &PartyId {
        &self.sold_to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Party {
        let mut party = Party::new(
            PartyId::from_key("ada").unwrap(),
            PartyKind::Person,
            "Ada Lovelace",
        );
        party.addresses.push(Address {
            purpose: Some(PartyRole::ShipTo),
            country: "GB".into(),
            region: None,
            postal_code: Some("SW1Y 4LB".into()),
            city: Some("London".into()),
            lines: vec!["12 St James's Square".into()],
        });
        party.tax_ids.push(Personal::new(TaxId {
            scheme: "VAT".into(),
            value: "GB999".into(),
        }));
        party.contacts.push(Personal::new(Contact {
            name: "Ada".into(),
            email: Some("ada@example.org".into()),
            phone: None,
        }));
        party
    }

    #[test]
    fn debug_shows_no_person() {
        let shown = format!("{:?} {:#?}", ada(), ada());
        for secret in [
            "Ada",
            "Lovelace",
            "London",
            "SW1Y",
            "James",
            "GB999",
            "example.org",
        ] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert!(shown.contains("pty_ada"));
    }

    #[test]
    fn a_record_that_cannot_be_read_does_not_repeat_the_person() {
        let records = [
            r#""Ada Lovelace""#,
            r#"["Ada Lovelace"]"#,
            r#"{"id":"Ada Lovelace","kind":"person","name":""}"#,
            r#"{"id":"pty_1","kind":"Ada Lovelace","name":""}"#,
            r#"{"id":"pty_1","kind":"person","name":{"Ada":"Lovelace"}}"#,
            r#"{"id":"pty_1","kind":"person","name":"x","addresses":["Ada Lovelace"]}"#,
            r#"{"id":"pty_1","kind":"person","name":"x","addresses":[{"country":"GB","lines":"Ada"}]}"#,
            r#"{"id":"pty_1","kind":"person","name":"x","contacts":["Lovelace"]}"#,
        ];
        for record in records {
            let error = serde_json::from_str::<Party>(record).unwrap_err().to_string();
            assert!(!error.contains("Ada") && !error.contains("Lovelace"), "{error}");
        }
        let error = |record| serde_json::from_str::<Party>(record).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"id":"pty_1","kind":"person"}"#),
            "missing field `name` at line 1 column 30"
        );
        assert_eq!(
            error(r#"{"id":"pty_1","nick":"x"}"#),
            "unknown field `nick`, expected one of `id`, `kind`, `name`, `addresses`, `tax_ids`, `contacts` at line 1 column 20"
        );
    }

    #[test]
    fn erasure_keeps_the_id_alone() {
        let gone = ada().erased();
        assert!(gone.is_erased() && !ada().is_erased());
        insta::assert_snapshot!(serde_json::to_string(&gone).unwrap(),
            @r#"{"id":"pty_ada","kind":"person","name":""}"#);
    }

    #[test]
    fn a_record_survives_storage() {
        let json = serde_json::to_string(&ada()).unwrap();
        assert_eq!(serde_json::from_str::<Party>(&json).unwrap(), ada());
    }

    #[test]
    fn the_address_of_a_role_comes_before_the_general_one() {
        let mut party = ada();
        assert_eq!(party.address(PartyRole::BillTo), None);
        let mut general = party.addresses[0].clone();
        general.purpose = None;
        party.addresses.insert(0, general.clone());
        assert_eq!(party.address(PartyRole::BillTo), Some(&general));
        assert_eq!(
            party.address(PartyRole::ShipTo).unwrap().purpose,
            Some(PartyRole::ShipTo)
        );
    }

    #[test]
    fn a_role_given_twice_keeps_the_last_and_sold_to_stands_in() {
        let id = |key: &str| PartyId::from_key(key).unwrap();
        let roles = PartyRoles::new(id("a"))
            .with(PartyRole::SoldTo, id("b"))
            .with(PartyRole::Payer, id("c"));
        assert_eq!(roles.sold_to(), &id("b"));
        assert_eq!(roles.get(PartyRole::ShipTo), &id("b"));
        assert_eq!(
            roles.with(PartyRole::Payer, id("d")).get(PartyRole::Payer),
            &id("d")
        );
    }
}
