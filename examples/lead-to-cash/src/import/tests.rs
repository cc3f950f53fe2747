//! Every reason for which a row is refused, repaired or noted, and every fault that stops the reading.

use std::fs;
use std::path::PathBuf;

use l2c::money::parse_decimal;

use super::*;

const PRODUCTS: &str = "product,sales_price\nAtlas,1000\nBeacon,79.5\n";
const ACCOUNTS: &str = "account\nAcme\nZeta\n";
const AGENTS: &str = "sales_agent,manager,regional_office\nAda,Nora,West\n";
const PIPELINE: &str =
    "account,opportunity_id,sales_agent,deal_stage,product,close_date,close_value,created_on\n";
const GOOD: &str = "Acme,O1,Ada,Won,Atlas,2024-03-01,900.5,2024-02-01\n";

/// A folder with an export; gone at the end of the test.
struct Export(PathBuf);

impl Export {
    /// A small export without a fault; `test` names the folder.
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lead-to-cash-import-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let export = Self(path);
        export.with("products.csv", PRODUCTS);
        export.with("accounts.csv", ACCOUNTS);
        export.with("sales_teams.csv", AGENTS);
        export.with("sales_pipeline.csv", &format!("{PIPELINE}{GOOD}"));
        export
    }

    fn with(&self, file: &str, text: &str) -> &Self {
        fs::write(self.0.join(file), text).unwrap();
        self
    }

    fn without(&self, file: &str) -> &Self {
        fs::remove_file(self.0.join(file)).unwrap();
        self
    }

    fn read(&self) -> Crm {
        Crm::read(&self.0, Currency::USD).unwrap()
    }

    fn fault(&self) -> String {
        Crm::read(&self.0, Currency::USD).err().unwrap().to_string()
    }

    /// The findings on one more row of a file.
    fn findings(&self, file: &str, header: &str, row: &str) -> Vec<Finding> {
        let good = match file {
            "sales_pipeline.csv" => GOOD,
            _ => "",
        };
        self.with(file, &format!("{header}{good}{row}\n"));
        self.read().findings
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn usd(cents: i64) -> Money {
    Money::from_minor(cents, Currency::USD).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// One finding: its treatment, field, value, and how its reason starts.
#[track_caller]
fn assert_finding(findings: &[Finding], treatment: Treatment, field: &str, value: &str, reason: &str) {
    let [finding] = findings else {
        panic!("not one finding: {findings:?}");
    };
    assert_eq!(
        (finding.treatment, finding.field, finding.value.as_str()),
        (treatment, field, value),
        "{findings:?}"
    );
    assert!(finding.reason.starts_with(reason), "{findings:?}");
}

#[test]
fn an_export_without_a_fault_has_no_finding() {
    let crm = Export::new("good").read();
    assert!(crm.findings.is_empty());
    assert_eq!(crm.latest, day("2024-03-01"));
    assert_eq!(crm.accounts["Zeta"].number, 2);
    assert_eq!(crm.products["Beacon"].amount(), parse_decimal("79.5").unwrap());
    assert_eq!(
        (
            crm.agents["Ada"].manager.as_str(),
            crm.agents["Ada"].office.as_str()
        ),
        ("Nora", "West")
    );
    let opportunity = &crm.opportunities[0];
    assert_eq!(opportunity.account.as_deref(), Some("Acme"));
    assert_eq!(
        opportunity.outcome,
        Outcome::Won {
            closed: day("2024-03-01"),
            value: Some(usd(90_050))
        }
    );
}

#[test]
fn an_opportunity_is_refused_for_each_of_these() {
    let export = Export::new("pipeline");
    let long = "O".repeat(41);
    for (row, field, value, reason) in [
        ("Acme,O2,Ada", "", "", "3 cells where the header has 8"),
        (
            "Acme,,Ada,Won,Atlas,2024-03-01,1,2024-02-01",
            "opportunity_id",
            "",
            "an id has 1 to 40",
        ),
        (
            "Acme,O 2,Ada,Won,Atlas,2024-03-01,1,2024-02-01",
            "opportunity_id",
            "O 2",
            "an id has 1 to 40",
        ),
        (
            &format!("Acme,{long},Ada,Won,Atlas,2024-03-01,1,2024-02-01"),
            "opportunity_id",
            &long,
            "an id has 1 to 40",
        ),
        (
            "Acme,O1,Ada,Won,Atlas,2024-03-01,1,2024-02-01",
            "opportunity_id",
            "O1",
            "stands twice",
        ),
        (
            "Nobody,O2,Ada,Won,Atlas,2024-03-01,1,2024-02-01",
            "account",
            "(a name)",
            "no account of this name",
        ),
        (
            ",O2,Ada,Won,Atlas,2024-03-01,1,2024-02-01",
            "account",
            "",
            "no account of this name",
        ),
        (
            "Acme,O2,Bob,Lost,Atlas,2024-03-01,1,2024-02-01",
            "sales_agent",
            "(a name)",
            "no usable sales agent of this name",
        ),
        (
            "Acme,O2,Ada,Lost,Atlas 2,2024-03-01,1,2024-02-01",
            "product",
            "Atlas 2",
            "no usable product of this name",
        ),
        (
            "Acme,O2,Ada,In_Progress,Atlas,,,2024-02-30",
            "created_on",
            "2024-02-30",
            "not a date of the calendar written YYYY-MM-DD",
        ),
        (
            "Acme,O2,Ada,Lost,Atlas,1/3/2024,1,2024-02-01",
            "close_date",
            "1/3/2024",
            "not a date of the calendar",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,,1,2024-02-01",
            "close_date",
            "",
            "not a date of the calendar",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,2024-01-31,1,2024-02-01",
            "close_date",
            "2024-01-31",
            "closed before it was created on 2024-02-01",
        ),
        (
            "Acme,O2,Ada,won,Atlas,2024-03-01,1,2024-02-01",
            "deal_stage",
            "won",
            "a stage is Won, Lost or In_Progress",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,2024-03-01,\"1,310\",2024-02-01",
            "close_value",
            "1,310",
            "`1,310` is not a decimal",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,2024-03-01,10.001,2024-02-01",
            "close_value",
            "10.001",
            "",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,2024-03-01,-5,2024-02-01",
            "close_value",
            "-5",
            "the value of a won opportunity is zero or above",
        ),
        (
            "Acme,O2,Ada,Won,Atlas,2024-03-01,99999999999999999999,2024-02-01",
            "close_value",
            "99999999999999999999",
            "",
        ),
    ] {
        let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
        assert_finding(&findings, Treatment::Refused, field, value, reason);
        assert_eq!((findings[0].file, findings[0].line), ("sales_pipeline.csv", 3));
        assert!(!findings[0].reason.is_empty());
        assert_eq!(export.read().opportunities.len(), 1);
    }
}

#[test]
fn an_opportunity_is_repaired_or_noted_for_these() {
    let export = Export::new("repairs");
    let row = "Acme,O2,Ada,Won,Atlas ,2024-03-01,1,2024-02-01";
    let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
    assert_finding(&findings, Treatment::Repaired, "product", "Atlas ", "white space");
    assert_eq!(export.read().opportunities[1].product, "Atlas");

    let row = "Acme,O2,Ada,Won,Atlas,2024-03-01,,2024-02-01";
    let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
    assert_finding(
        &findings,
        Treatment::Noted,
        "close_value",
        "",
        "won without a value",
    );
    let closed = day("2024-03-01");
    let value = None;
    assert_eq!(
        export.read().opportunities[1].outcome,
        Outcome::Won { closed, value }
    );

    // A row that is refused is not repaired first.
    let row = "Acme ,O2,Bob,Won,Atlas,2024-03-01,,2024-02-01";
    let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
    assert_finding(
        &findings,
        Treatment::Refused,
        "sales_agent",
        "(a name)",
        "no usable sales agent",
    );
}

#[test]
fn what_does_not_matter_for_a_stage_is_not_asked_for() {
    let export = Export::new("stages");
    for row in [
        ",O2,Ada,In_Progress,Atlas,,,2024-02-01",
        ",O2,Ada,Lost,Atlas,2024-02-01,0.0,2024-02-01",
        "Acme,O2,Ada,Won,Atlas,2024-02-01,0,2024-02-01",
    ] {
        let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
        assert!(findings.is_empty(), "{row}: {findings:?}");
        assert_eq!(export.read().opportunities.len(), 2);
    }
}

#[test]
fn a_refused_row_does_not_take_the_id_of_a_good_one() {
    let export = Export::new("id");
    let row = "Acme,O2,Bob,Won,Atlas,2024-03-01,1,2024-02-01\nAcme,O2,Ada,Won,Atlas,2024-03-01,1,2024-02-01";
    let findings = export.findings("sales_pipeline.csv", PIPELINE, row);
    assert_finding(
        &findings,
        Treatment::Refused,
        "sales_agent",
        "(a name)",
        "no usable sales agent",
    );
    assert_eq!(export.read().opportunities.len(), 2);
}

#[test]
fn products_accounts_and_agents_are_refused_for_these() {
    let export = Export::new("masters");
    for (file, good, row, field, value, reason) in [
        (
            "products.csv",
            PRODUCTS,
            ",5",
            "product",
            "",
            "a product needs a name",
        ),
        (
            "products.csv",
            PRODUCTS,
            "Atlas,5",
            "product",
            "Atlas",
            "stands twice",
        ),
        (
            "products.csv",
            PRODUCTS,
            "New,1.2.3",
            "sales_price",
            "1.2.3",
            "`1.2.3` is not a decimal",
        ),
        (
            "products.csv",
            PRODUCTS,
            "New,-1",
            "sales_price",
            "-1",
            "a list price is zero or above",
        ),
        (
            "products.csv",
            PRODUCTS,
            "New",
            "",
            "",
            "1 cells where the header has 2",
        ),
        (
            "accounts.csv",
            ACCOUNTS,
            "\"\"",
            "account",
            "",
            "an account needs a name",
        ),
        (
            "accounts.csv",
            ACCOUNTS,
            "Acme",
            "account",
            "(a name)",
            "stands twice",
        ),
        (
            "sales_teams.csv",
            AGENTS,
            ",Nora,West",
            "sales_agent",
            "",
            "an agent needs",
        ),
        (
            "sales_teams.csv",
            AGENTS,
            "Bob,,West",
            "manager",
            "",
            "an agent needs",
        ),
        (
            "sales_teams.csv",
            AGENTS,
            "Bob,Nora,",
            "regional_office",
            "",
            "an agent needs",
        ),
        (
            "sales_teams.csv",
            AGENTS,
            "Ada,Sol,East",
            "sales_agent",
            "(a name)",
            "stands twice",
        ),
    ] {
        let findings = export.findings(file, good, row);
        assert_finding(&findings, Treatment::Refused, field, value, reason);
        assert_eq!(findings[0].file, file);
        export.with(file, good);
    }
    for (file, good, row, field) in [
        ("products.csv", PRODUCTS, " New,1", "product"),
        ("accounts.csv", ACCOUNTS, "New ", "account"),
        ("sales_teams.csv", AGENTS, "New, Nora,West", "manager"),
    ] {
        let findings = export.findings(file, good, row);
        let value = match field {
            "product" => " New",
            _ => "(a name)",
        };
        assert_finding(&findings, Treatment::Repaired, field, value, "white space");
        export.with(file, good);
    }
    // The first row counts.
    export.with("sales_teams.csv", &format!("{AGENTS}Ada,Sol,East\n"));
    assert_eq!(export.read().agents["Ada"].manager, "Nora");
}

#[test]
fn clicks_are_read_where_there_are_some() {
    let export = Export::new("clicks");
    assert!(export.read().clicks.is_empty());
    let header = "created_on,source,industry,Product\n";
    let findings = export.findings("clicks.csv", header, "2024-01-02,Social,IT,Atlas");
    let reason = "not a date of the calendar written M/D/YYYY";
    assert_finding(&findings, Treatment::Refused, "created_on", "2024-01-02", reason);
    let findings = export.findings("clicks.csv", header, "1/2/2024,Social,IT,Atlas 2");
    assert_finding(
        &findings,
        Treatment::Refused,
        "Product",
        "Atlas 2",
        "no usable product of this name",
    );

    let rows =
        "1/31/2024,Social,IT,Atlas\n1/1/2024,Social,IT,Atlas\n01/30/2024,Social,IT,Beacon\n1/2/2024,,,Atlas";
    assert!(export.findings("clicks.csv", header, rows).is_empty());
    let mut crm = export.read();
    assert_eq!(crm.clicks["Atlas"].len(), 3);
    // Thirty days back, without the day itself.
    assert_eq!(crm.clicks_before("Atlas", day("2024-01-31"), 30), 2);
    assert_eq!(crm.clicks_before("Atlas", day("2024-02-01"), 30), 2);
    assert_eq!(crm.clicks_before("Atlas", day("2024-02-02"), 30), 1);
    assert_eq!(crm.clicks_before("Nothing", day("2024-02-02"), 30), 0);
    crm.until(day("2024-01-02"));
    assert_eq!(crm.clicks["Atlas"].len(), 2);
}

#[test]
fn what_came_after_a_day_is_not_known_on_it() {
    let export = Export::new("until");
    let rows = "Acme,O2,Ada,Lost,Atlas,2024-02-20,,2024-02-10\nAcme,O3,Ada,In_Progress,Atlas,,,2024-02-21";
    export.findings("sales_pipeline.csv", PIPELINE, rows);
    let mut crm = export.read();
    assert_eq!(crm.latest, day("2024-03-01"));
    crm.until(day("2024-02-20"));
    let outcomes: Vec<_> = crm.opportunities.iter().map(|o| o.outcome).collect();
    let closed = day("2024-02-20");
    assert_eq!(outcomes, [Outcome::Open, Outcome::Lost { closed }]);
    crm.until(day("2024-02-01"));
    assert_eq!(crm.opportunities.len(), 1);
}

#[test]
fn a_file_may_be_compressed_have_a_mark_and_other_columns_in_any_order() {
    use std::io::Write;
    let export = Export::new("forms");
    let text = "\u{feff}close_value,created_on,extra,close_date,product,deal_stage,sales_agent,opportunity_id,account\r\n\
                7,2024-02-01,x,2024-03-01,Atlas,Won,Ada,O9,Acme\r\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    export.without("sales_pipeline.csv");
    fs::write(export.0.join("sales_pipeline.csv.gz"), packed.finish().unwrap()).unwrap();
    let crm = export.read();
    assert!(crm.findings.is_empty());
    assert_eq!(crm.opportunities[0].id, "O9");
    let closed = day("2024-03-01");
    let value = Some(usd(700));
    assert_eq!(crm.opportunities[0].outcome, Outcome::Won { closed, value });
}

#[test]
fn what_stops_the_reading_names_the_file_and_what_would_be_right() {
    let export = Export::new("faults");
    for file in [
        "products.csv",
        "accounts.csv",
        "sales_teams.csv",
        "sales_pipeline.csv",
    ] {
        let text = fs::read_to_string(export.0.join(file)).unwrap();
        let fault = export.without(file).fault();
        assert!(
            fault.ends_with(&format!(
                "{file}: is missing; a CRM export has it, plain or as .csv.gz"
            )),
            "{fault}"
        );
        export.with(file, &text);
    }
    let fault = export.with("products.csv", "product,price\nAtlas,1000\n").fault();
    assert!(
        fault.ends_with("products.csv: has no column `sales_price`; its columns are product, price"),
        "{fault}"
    );
    export.with("products.csv", PRODUCTS);
    let fault = export.with("sales_pipeline.csv", PIPELINE).fault();
    assert!(
        fault.ends_with("sales_pipeline.csv: holds no opportunity: there is no row behind the header"),
        "{fault}"
    );
    fs::write(export.0.join("accounts.csv"), b"account\nAcme\n\xff\n").unwrap();
    let fault = export.fault();
    assert!(
        fault.contains("accounts.csv: line 3, column account: a character is not UTF-8"),
        "{fault}"
    );
    fs::write(export.0.join("accounts.csv.gz"), b"no archive").unwrap();
    let fault = export.without("accounts.csv").fault();
    assert!(fault.contains("accounts.csv.gz: "), "{fault}");
}

#[test]
fn the_fingerprint_of_a_file_is_that_of_its_bytes() {
    let export = Export::new("fingerprints");
    let before = export.read().fingerprints;
    assert_eq!(before.len(), 4);
    assert_eq!(before["accounts.csv"], hex(&Sha256::digest(ACCOUNTS.as_bytes())));
    let after = export
        .with("accounts.csv", &ACCOUNTS.replace('\n', "\r\n"))
        .read()
        .fingerprints;
    assert_ne!(before["accounts.csv"], after["accounts.csv"]);
    assert_eq!(before["products.csv"], after["products.csv"]);
}
