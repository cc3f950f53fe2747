use l2c_host::typed_id;

typed_id!(
    /// A commission plan.
    PlanId, "pln"
);

typed_id!(
    /// A credit: what one payee gets of one deal towards one component of a plan.
    CreditId, "crd"
);

typed_id!(
    /// A commission statement.
    StatementId, "cst"
);
