//! Where a client keeps its data when nobody says.

use std::path::PathBuf;

/// The folder of the platform's custom for data of one account.
pub(super) fn default() -> anyhow::Result<PathBuf> {
    let home = std::env::home_dir();
    let home = home.ok_or_else(|| {
        anyhow::anyhow!("ホームフォルダーが分かりません。--data でデータフォルダーを指定してください。")
    })?;
    Ok(if cfg!(windows) {
        home.join("AppData").join("Local").join("careplan-client")
    } else if cfg!(target_os = "macos") {
        home.join("Library").join("Application Support").join("careplan-client")
    } else {
        home.join(".local").join("share").join("careplan-client")
    })
}
