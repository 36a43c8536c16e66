//! Nothing: what is tested is in `cases`.
