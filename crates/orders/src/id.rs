l2c_host::typed_id!(
    /// An order.
    OrderId, "ord"
);
l2c_host::typed_id!(
    /// A line of an order; unique in the order at least.
    OrderLineId, "oln"
);
