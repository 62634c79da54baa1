//! What crosses the network: requests, answers, problems.
