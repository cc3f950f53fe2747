l2c_host::typed_id!(
    /// A contract.
    ContractId, "con"
);
l2c_host::typed_id!(
    /// An item of a contract; unique in the contract at least.
    ContractItemId, "cit"
);
