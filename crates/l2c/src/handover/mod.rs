//! What one room passes to the next: plain functions, one file per hand-over.
