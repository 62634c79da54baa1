//! A whole exchange in one process, for tests only.
