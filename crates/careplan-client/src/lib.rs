//! wip
pub mod clock;
pub mod files;
pub mod keys;
pub mod letter;
pub mod mishap;
pub mod platform;
pub mod trust;
pub use clock::Clock;
pub mod state;
