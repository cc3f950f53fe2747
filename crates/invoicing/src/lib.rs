//! Billing schedules, bill run, tax arithmetic, invoices, credit notes, numbering.
