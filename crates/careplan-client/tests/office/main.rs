//! The client against a platform in memory.
#![expect(unreachable_pub, clippy::panic, clippy::unwrap_used, reason = "tests")]
#![expect(clippy::result_large_err, reason = "a problem is an answer here, and speed does not matter")]

mod authority;
mod exchange;
mod memory_store;
mod shared;
mod world;

mod backup;
mod backup_commands;
mod commands;
mod desk;
mod echo;
mod exchanging;
mod folders_choosing;
mod folders_export;
mod folders_import;
mod folders_killed;
mod folders_running;
mod history;
mod history_lists;
mod hostile_letters;
mod killed_anywhere;
mod limits;
mod link_forgotten;
mod lost_on_the_way;
mod on_the_wire;
mod other_terminal;
mod poison;
mod receivers_keys;
mod reminders;
mod report_commands;
mod resident;
mod running;
mod second_factor;
mod sent_meanwhile;
mod sentences;
mod setting_up;
mod staff;
mod stored_key;
mod taking_back;
mod telephone;
