l2c_host::typed_id!(
    /// A lead.
    LeadId, "led"
);

l2c_host::typed_id!(
    /// An opportunity.
    OpportunityId, "opp"
);
