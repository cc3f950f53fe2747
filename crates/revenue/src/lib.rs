//! ASC 606 / IFRS 15: obligations, allocation, schedules, contract balances, journals.
