//! Arrow schemas and contracts, typed casting, canonical row digests, Parquet in and out.
