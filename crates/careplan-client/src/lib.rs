//! The office: sends and receives care plans.
