//! Open items, payments, application, ageing.
