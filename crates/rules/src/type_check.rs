use std::fmt;

use l2c_documents::{Fault, Faults};

use crate::condition::{Condition, Literal, MAX_DEPTH, MAX_SIZE, Test};
use crate::error::RulesError;
use crate::predicate::{Check, FactTest, Node};
use crate::{FactType, FactTypes, Predicate, Value};

impl Condition {
    /// Checks the condition against the facts that there are.
    ///
    /// `path` says where the condition stands in the document around it (`rules[3].when`, or empty); the
    /// paths of the faults begin with it.
    ///
    /// # Errors
    /// All faults, with the codes `unknown_fact`, `wrong_type`, `no_order`, `reversed_range`, `too_deep` and
    /// `too_large`.
    pub fn check(&self, types: &FactTypes, path: &str) -> Result<Predicate, Faults> {
        let mut checker = Checker {
            types,
            left: MAX_SIZE,
            full: false,
            faults: Vec::new(),
        };
        let node = checker.node(
            self,
            &Path {
                up: None,
                step: Step::Root(path),
            },
            1,
        );
        match (node, Faults::of("condition", checker.faults)) {
            (Some(root), None) => Ok(Predicate(root)),
            (_, Some(faults)) => Err(faults),
            // A node is missing only where a fault was noted.
            (None, None) => Ok(Predicate::always()),
        }
    }
}

/// Where the checker stands; written out only when there is a fault to report.
struct Path<'a> {
    up: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root(&'a str),
    Field(&'static str),
    Index(usize),
}

impl<'a> Path<'a> {
    const fn field(&'a self, name: &'static str) -> Path<'a> {
        Path {
            up: Some(self),
            step: Step::Field(name),
        }
    }

    const fn index(&'a self, index: usize) -> Path<'a> {
        Path {
            up: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            write!(f, "{up}")?;
        }
        match self.step {
            Step::Root(text) => f.write_str(text),
            Step::Field(name)
                if matches!(
                    self.up,
                    Some(Path {
                        step: Step::Root(""),
                        ..
                    })
                ) =>
            {
                f.write_str(name)
            }
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

struct Checker<'a> {
    types: &'a FactTypes,
    left: usize,
    /// Whether it was said that there are too many.
    full: bool,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn fault<T>(&mut self, path: &Path<'_>, error: &RulesError) -> Option<T> {
        self.faults.push(error.at(path.to_string(), self.types));
        None
    }

    /// Counts one condition or value; reports only the first that is too many.
    fn count(&mut self, path: &Path<'_>) -> Option<()> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(())
            }
            None if self.full => None,
            None => {
                self.full = true;
                self.fault(path, &RulesError::TooLarge { limit: MAX_SIZE })
            }
        }
    }

    fn node(&mut self, condition: &Condition, path: &Path<'_>, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return self.fault(path, &RulesError::TooDeep { limit: MAX_DEPTH });
        }
        self.count(path)?;
        match condition {
            Condition::All(parts) => self.parts(parts, &path.field("all"), depth).map(Node::All),
            Condition::Any(parts) => self.parts(parts, &path.field("any"), depth).map(Node::Any),
            Condition::Not(part) => {
                let node = self.node(part, &path.field("not"), depth.saturating_add(1))?;
                Some(Node::Not(Box::new(node)))
            }
            Condition::Test { fact, test } => self.test(fact, test, path),
        }
    }

    fn parts(&mut self, parts: &[Condition], path: &Path<'_>, depth: usize) -> Option<Vec<Node>> {
        self.each(parts, path, |checker, part, path| {
            checker.node(part, path, depth.saturating_add(1))
        })
    }

    /// All of them or none, but every one is looked at until there are too many.
    fn each<T, U>(
        &mut self,
        items: &[T],
        path: &Path<'_>,
        mut check: impl FnMut(&mut Self, &T, &Path<'_>) -> Option<U>,
    ) -> Option<Vec<U>> {
        let mut checked = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match check(self, item, &path.index(index)) {
                Some(value) => checked.push(value),
                None if self.left == 0 => break,
                None => {}
            }
        }
        (checked.len() == items.len()).then_some(checked)
    }

    fn test(&mut self, fact: &str, test: &Test, path: &Path<'_>) -> Option<Node> {
        let Some(declared) = self.types.get(fact) else {
            let error = RulesError::UnknownFact {
                fact: fact.to_owned(),
                known: self.types.names(),
            };
            return self.fault(&path.field("fact"), &error);
        };
        let here = path.field(test.name());
        let ordered = matches!(
            test,
            Test::Lt(_) | Test::Lte(_) | Test::Gt(_) | Test::Gte(_) | Test::Between(..)
        );
        if ordered && !declared.is_ordered() {
            return self.fault(
                &here,
                &RulesError::NoOrder {
                    fact: fact.to_owned(),
                    declared,
                },
            );
        }
        let mut value = |literal: &Literal, path: &Path<'_>| -> Option<Value> {
            self.value(fact, declared, literal, path)
        };
        let check = match test {
            Test::Eq(literal) => Check::Eq(value(literal, &here)?),
            Test::Ne(literal) => Check::Ne(value(literal, &here)?),
            Test::Lt(literal) => Check::Lt(value(literal, &here)?),
            Test::Lte(literal) => Check::Lte(value(literal, &here)?),
            Test::Gt(literal) => Check::Gt(value(literal, &here)?),
            Test::Gte(literal) => Check::Gte(value(literal, &here)?),
            Test::In(literals) => Check::In(self.each(literals, &here, |checker, literal, path| {
                checker.value(fact, declared, literal, path)
            })?),
            Test::Between(low, high) => {
                let ends = (value(low, &here.index(0)), value(high, &here.index(1)));
                let (Some(from), Some(to)) = ends else { return None };
                if from.compare(&to) == Some(std::cmp::Ordering::Greater) {
                    let (low, high) = (from.to_string(), to.to_string());
                    return self.fault(
                        &here,
                        &RulesError::ReversedRange {
                            fact: fact.to_owned(),
                            low,
                            high,
                        },
                    );
                }
                Check::Between(from, to)
            }
            Test::Exists(known) => Check::Exists(declared, *known),
        };
        Some(Node::Test(FactTest {
            fact: fact.to_owned(),
            check,
        }))
    }

    fn value(&mut self, fact: &str, declared: FactType, literal: &Literal, path: &Path<'_>) -> Option<Value> {
        self.count(path)?;
        match literal.read(declared) {
            Some(value) => Some(value),
            None => {
                let (fact, found) = (fact.to_owned(), literal.excerpt());
                self.fault(
                    path,
                    &RulesError::WrongType {
                        fact,
                        expected: declared,
                        found,
                    },
                )
            }
        }
    }
}
