use l2c_host::typed_id;

typed_id!(
    /// An invoice or a credit note; EN 16931 has one model for both, told apart by its type code (BT-3).
    InvoiceId, "inv"
);
typed_id!(
    /// Something that is billed as a whole: a licence, a year of support.
    BillingItemId, "bit"
);
typed_id!(
    /// What is billed together on one document: the items of one contract or order.
    BillingAccountId, "bac"
);
