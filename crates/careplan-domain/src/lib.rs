//! The words and rules of the exchange.
