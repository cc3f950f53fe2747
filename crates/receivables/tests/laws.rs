//! What holds for every account, ageing and bank statement.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod model;

use std::collections::BTreeMap;

use l2c_host::Decider;
use l2c_ledger::{LegalEntity, Role, TrialBalance};
use l2c_money::{Currency, Money};
use l2c_receivables::*;
use model::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn an_account_is_what_the_naive_model_says(moves in moves()) {
        let mut account = CustomerAccount::default();
        let mut naive = Naive::default();
        for step in moves {
            let before = account.clone();
            let decision = account.decide(&command(step), &());
            prop_assert_eq!(decision.is_ok(), naive.step(step), "{:?} on {:?}: {:?}", step, naive, decision);
            // A refusal changes nothing; an accepted command does, unless it is a repetition.
            account = decision.unwrap_or_default().iter().fold(account, CustomerAccount::evolve);
            prop_assert_eq!(&Naive::of(&account), &naive);
            let again = account.decide(&command(step), &());
            if account != before && !matches!(step, Move::Apply { .. }) {
                prop_assert_eq!(again, Ok(vec![]), "{:?} twice", step);
            }
        }
    }

    #[test]
    fn on_every_day_invoiced_is_paid_and_credited_and_open(moves in moves(), on in 0_u64..180) {
        let (account, decisions) = play(&moves);
        let date = day(on);
        for item in account.items() {
            let parts = [item.paid_at(date), item.credited_at(date), item.open_at(date)];
            let invoiced = if item.issue_date() <= date { item.total() } else { usd(0) };
            prop_assert_eq!(sum(parts.into_iter()), invoiced);
            prop_assert!(parts.iter().all(|part| !part.is_negative()));
        }
        // received = applied + held
        let received = sum(account.sources().filter(|s| s.date <= date).map(|s| s.amount));
        let applied = sum(account.items().flat_map(|i| [i.paid_at(date), i.credited_at(date)]));
        let held = sum(account.sources().map(|s| account.held_at(s, date)));
        prop_assert_eq!(received, sum([applied, held].into_iter()));
        prop_assert!(account.sources().all(|s| !account.held_at(s, date).is_negative()));

        // The figures of a day are those of the account as it was on that day.
        let events: Vec<AccountEvent> = decisions.concat();
        let then = CustomerAccount::as_of(&events, date);
        for item in account.items() {
            match then.item(item.number()) {
                Some(past) => prop_assert_eq!((past.open(), past.paid()), (item.open_at(date), item.paid_at(date))),
                None => prop_assert!(date < item.issue_date()),
            }
        }
        for source in account.sources() {
            let past = then.source(&source.id).map_or(usd(0), |s| then.held(s));
            prop_assert_eq!(past, account.held_at(source, date));
        }
    }

    #[test]
    fn stored_and_replayed_events_give_the_account(moves in moves()) {
        let (account, decisions) = play(&moves);
        let events: Vec<AccountEvent> = decisions.concat();
        prop_assert_eq!(&CustomerAccount::replay(&events), &account);
        let stored = serde_json::to_string(&events).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<AccountEvent>>(&stored).unwrap(), events);
        let commands: Vec<AccountCommand> = moves.into_iter().map(command).collect();
        let stored = serde_json::to_string(&commands).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<AccountCommand>>(&stored).unwrap(), commands);
    }

    #[test]
    fn the_ledger_shows_what_is_open_and_what_is_held(moves in moves()) {
        let entity = LegalEntity::new("US01").unwrap();
        let id = CustomerAccountId::from_key("1").unwrap();
        let (account, decisions) = play(&moves);
        let mut balance = TrialBalance::new();
        let mut invoicing = BTreeMap::new();
        let mut ids = Vec::new();
        for events in &decisions {
            for entry in post(entity, &id, events).unwrap() {
                balance.add(&entry).unwrap();
                ids.push(entry.header().id.clone());
            }
            // Invoices and credit notes are posted by the invoicing side.
            for event in events {
                match event {
                    AccountEvent::ItemOpened { number, total, .. } => {
                        invoicing.insert(number.clone(), *total);
                    }
                    AccountEvent::CreditReceived { against, amount, .. } => {
                        let posted = invoicing[against].checked_sub(amount).unwrap();
                        invoicing.insert(against.clone(), posted);
                    }
                    _ => {}
                }
            }
        }
        prop_assert!(balance.is_balanced());
        for item in account.items() {
            let applied = balance.subject_balance(entity, Role::Receivable, Currency::USD, item.number().as_str());
            prop_assert_eq!(invoicing[item.number()].checked_add(&applied).unwrap(), item.open());
        }
        let held = sum(account.sources().map(|s| account.held(s)));
        prop_assert_eq!(balance.balance(entity, Role::CustomerAdvance, Currency::USD), held.negated());
        let paid = sum(account.sources().filter(|s| matches!(s.id, SourceId::Payment(_))).map(|s| s.amount));
        prop_assert_eq!(balance.balance(entity, Role::Cash, Currency::USD), paid);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "an entry id twice");
    }

    #[test]
    fn the_bands_of_an_ageing_add_up_to_what_is_open(
        moves in moves(), on in 0_u64..300, edges in prop::collection::btree_set(1_u32..120, 0..5),
        credits in prop::sample::select(vec![CreditsIn::Separate, CreditsIn::OwnBand, CreditsIn::OldestFirst]),
        age_by in prop::sample::select(vec![AgeBy::DueDate, AgeBy::IssueDate]),
    ) {
        let policy = AgeingPolicy::new(AgeingPolicyDocument {
            id: "p".to_owned(),
            version: 1,
            edges: edges.iter().copied().collect(),
            age_by,
            credits,
            disputes: DisputesIn::Included,
        })
        .unwrap();
        let (account, _) = play(&moves);
        let date = day(on);
        let items = account.aged_items("ACME", date, Currency::USD);
        let report = age(&items, date, Currency::USD, &policy, None).unwrap();
        let all = &report.all;
        let open = sum(account.items().map(|i| i.open_at(date)));
        let held = sum(account.sources().map(|s| account.held_at(s, date)));
        prop_assert_eq!(all.total, open.checked_sub(&held).unwrap());
        let parts = all.bands.iter().copied().chain([all.credits, all.disputed]);
        prop_assert_eq!(sum(parts), all.total);
        prop_assert_eq!(all.bands.len(), policy.band_names().len());
        if let Some(own) = report.customers.get("ACME") {
            prop_assert_eq!(own, all);
        }
        match credits {
            CreditsIn::Separate => prop_assert_eq!(all.credits, held.negated()),
            CreditsIn::OwnBand => prop_assert!(all.credits.is_zero()),
            CreditsIn::OldestFirst => {
                prop_assert!(all.bands.iter().all(|band| !band.is_negative()));
                prop_assert!(all.credits.is_zero() || all.bands.iter().all(Money::is_zero));
            }
        }
        // Each item stands in the band whose name holds its age.
        for item in items.iter().filter(|item| item.open.is_positive()) {
            let from = if age_by == AgeBy::DueDate { item.due_date } else { item.issue_date };
            let days = date.signed_duration_since(from).num_days();
            let alone = age(std::slice::from_ref(item), date, Currency::USD, &policy, None).unwrap();
            let band = alone.all.bands.iter().position(|b| !b.is_zero()).unwrap();
            let expected = match policy.band_names()[band].as_str() {
                "not due" => days <= 0,
                name => match name.split_once('-') {
                    Some((first, last)) => (first.parse().unwrap()..=last.parse().unwrap()).contains(&days),
                    None => days > name.trim_start_matches("> ").parse().unwrap(),
                },
            };
            prop_assert!(expected, "{} days in {}", days, policy.band_names()[band]);
        }
    }

    #[test]
    fn proposals_say_what_the_account_then_does(
        totals in prop::collection::vec(0_i64..200, 5),
        lines in prop::collection::vec((0_u8..30, 0_u64..90, -20_i64..300, prop::option::of(0_u8..7)), 0..20),
    ) {
        let id = CustomerAccountId::from_key("1").unwrap();
        let mut account = CustomerAccount::default();
        for (invoice, minor) in (0_u8..).zip(&totals) {
            let open = command(Move::Open { invoice, issued: 0, net_days: 30, minor: *minor });
            account = account.decide(&open, &()).unwrap().iter().fold(account, CustomerAccount::evolve);
        }
        let matcher = BankMatcher::new(account.items().map(|item| Candidate {
            account: id.clone(),
            number: item.number().clone(),
            due_date: item.due_date(),
            open: item.open(),
        }));
        let lines: Vec<StatementLine> = lines
            .into_iter()
            .map(|(key, on, minor, invoice)| StatementLine {
                id: payment(key),
                date: day(on),
                amount: usd(minor),
                reference: invoice.map_or(String::new(), |i| format!("thanks, re inv {i}!")),
                payer: Some(id.clone()),
            })
            .collect();
        let proposals = matcher.propose(&lines);
        prop_assert_eq!(proposals.len(), lines.len());
        let mut backwards = lines.clone();
        backwards.sort_by(|a, b| (b.date, &b.id).cmp(&(a.date, &a.id)));
        let distinct = lines.iter().map(|l| &l.id).collect::<std::collections::BTreeSet<_>>().len() == lines.len();
        prop_assert!(!distinct || matcher.propose(&backwards) == proposals);

        for proposal in proposals {
            let Some((_, command)) = proposal.command() else {
                prop_assert!(matches!(proposal.fit, Fit::Repeated | Fit::NotAReceipt));
                continue;
            };
            let before = proposal.item.as_ref().and_then(|n| account.item(n)).map(OpenItem::open);
            let events = account.decide(&command, &()).unwrap();
            account = events.iter().fold(account, CustomerAccount::evolve);
            let source = account.source(&SourceId::Payment(proposal.payment.clone())).unwrap();
            let held = account.held(source);
            let after = proposal.item.as_ref().and_then(|n| account.item(n)).map(OpenItem::open);
            let late = proposal.date.signed_duration_since(day(30)).num_days().max(0);
            match (proposal.fit, after) {
                (Fit::Exact, Some(after)) => prop_assert!(after.is_zero() && held.is_zero()),
                (Fit::Short, Some(after)) => prop_assert!(after.is_positive() && held.is_zero()),
                (Fit::Over, Some(after)) => {
                    prop_assert!(after.is_zero() && held.is_positive() && held != proposal.amount)
                },
                (Fit::Settled, Some(_)) => prop_assert!(before.unwrap().is_zero() && held == proposal.amount),
                (Fit::Unknown, None) => prop_assert_eq!(held, proposal.amount),
                other => prop_assert!(false, "{:?}", other),
            }
            if proposal.item.is_some() {
                prop_assert_eq!(i64::from(proposal.days_late), late);
            }
        }
    }
}
