//! Journal entries that balance by construction, roles, trial balance, posting by difference.
