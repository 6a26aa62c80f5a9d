//! Five hundred real processes.
