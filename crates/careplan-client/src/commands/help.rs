//! The help in Japanese: clap's own headings and its own options, too.
//!
//! What clap says about a mistyped line stays as clap says it.

use clap::{Arg, ArgAction, Command};

const TEMPLATE: &str = "{about-with-newline}\n使い方: {usage}\n\n{all-args}{after-help}";

/// The same command and those below it, with Japanese headings.
pub(super) fn in_japanese(command: Command) -> Command {
    let shown =
        |name: &'static str, action| Arg::new(name).long(name).action(action).help_heading("オプション");
    let is_whole_program = command.get_version().is_some();
    let command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("コマンド")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "引数" } else { "オプション" };
            arg.help_heading(heading)
        })
        .mut_subcommands(in_japanese)
        .arg(shown("help", ArgAction::Help).short('h').help("この説明を表示します"));
    if is_whole_program {
        command.arg(shown("version", ArgAction::Version).short('V').help("版を表示します"))
    } else {
        command
    }
}
