//! The ministry's care plan data standard: bytes, records, checks.
