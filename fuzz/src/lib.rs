//! The properties the fuzz targets check; the main crate's tests replay the seeds through the same.

pub mod properties;
