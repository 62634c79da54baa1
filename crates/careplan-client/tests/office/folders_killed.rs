//! A kill at every point in the shared folders, and a disk that is full at any write: nothing is lost, nothing is sent twice.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use careplan_client::desk::Desk;
use careplan_client::folders::{FolderEvent, Folders, Mode};
use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::staff::Actor;
use careplan_client::{Office, OfficeFault};
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::shared::{made, seen, settings, take};
use crate::world::{RECEIVER, SENDER, World, examples, files_below, one};

/// Cuts the power once, at the n-th time a point is passed; or lets the disk be full for one write.
#[derive(Clone, Default)]
struct Accident {
    at: Option<Point>,
    passes: Arc<AtomicUsize>,
    dark: Arc<Notify>,
    struck: Arc<AtomicBool>,
    full_at: Option<usize>,
    writes: Arc<AtomicUsize>,
}

impl Accident {
    fn cut(at: Point, pass: usize) -> Self {
        Self { at: Some(at), passes: Arc::new(AtomicUsize::new(pass)), ..Self::default() }
    }
}

impl Mishap for Accident {
    fn strikes_at(&self, point: Point) -> bool {
        let strikes = self.at == Some(point) && self.passes.fetch_sub(1, Ordering::SeqCst) == 1;
        if strikes {
            self.struck.store(true, Ordering::SeqCst);
            self.dark.notify_one();
        }
        strikes
    }

    fn before_write(&self, _path: &Path) -> io::Result<()> {
        if self.full_at == Some(self.writes.fetch_add(1, Ordering::SeqCst)) {
            self.struck.store(true, Ordering::SeqCst);
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

/// The folders of both offices.
struct Places {
    export: PathBuf,
    import: PathBuf,
    /// Where the care software keeps what it took from the import folder.
    software: PathBuf,
}

async fn begin(mode: Mode) -> (World, Places) {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let ((export, none), (unused, import)) = (made(&world, SENDER), made(&world, RECEIVER));
    sender.choose_folders(&settings(&sender, (&export, &none), mode), "yamada").await.unwrap();
    receiver.choose_folders(&settings(&receiver, (&unused, &import), Mode::Off), "yamada").await.unwrap();
    for (path, bytes) in files_below(&examples().join("02_K2_use_slip")) {
        fs::write(export.join(path), bytes).unwrap();
    }
    for (name, bytes) in
        [("20261021110000", "202407,990001,0009900021,20261015\r\n"), ("20261021110001", "x\r\n")]
    {
        let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{name}.CSV");
        fs::write(export.join(name), bytes).unwrap();
    }
    let software = world.path("software");
    fs::create_dir(&software).unwrap();
    (world, Places { export, import, software })
}

async fn look(world: &World, folders: &mut Folders) -> Result<Vec<FolderEvent>, OfficeFault> {
    world.pass(SignedDuration::from_secs(3));
    folders.step().await
}

async fn exchange(office: &Office) -> Result<(), OfficeFault> {
    let mut engine = office.engine()?;
    for kind in [0, 1, 2] {
        while !one(&mut engine, kind).await?.is_idle() {}
    }
    Ok(())
}

/// All that two offices and their care software do; done again after a kill, as it is after a start.
async fn life(world: &World, places: &Places, accident: &Accident) -> Result<(), OfficeFault> {
    let open = |number: &'static str| Office::open(world.options(number, Mishaps::new(accident.clone())));
    let (sender, receiver) = (open(SENDER).await?, open(RECEIVER).await?);
    let (mut out, mut into) = (take(&sender), take(&receiver));
    for _ in 0..5 {
        look(world, &mut out).await?;
    }
    let desk = Desk::new(sender.clone());
    for draft in desk.drafts().await? {
        // Who was told that something did not work presses once more; what is left then cannot be sent, and is thrown away.
        let _ = desk.send(draft.id, Actor::default(), |_| {}).await;
        let _ = desk.send(draft.id, Actor::default(), |_| {}).await;
        let _ = desk.throw_away(draft.id, &Actor::default()).await;
    }
    exchange(&sender).await?;
    look(world, &mut out).await?;
    exchange(&receiver).await?;
    look(world, &mut into).await?;
    for path in seen(&places.import) {
        let from = places.import.join(&path);
        fs::rename(&from, places.software.join(from.file_name().unwrap())).unwrap();
    }
    look(world, &mut into).await?;
    exchange(&receiver).await?;
    Ok(())
}

/// What must hold in the end, whatever went wrong.
fn judge(world: &World, places: &Places, said: &str) {
    let inside = world.exchange.lock();
    let states: Vec<Life> = inside.letters.values().map(|it| it.entry.state).collect();
    assert_eq!(states, [Life::Imported, Life::Imported], "{said}: lost or sent twice");
    // The care software has each file once, as it was written.
    let mut wanted: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    for (path, bytes) in files_below(&places.export) {
        let name = PathBuf::from(path.file_name().unwrap());
        if path.starts_with("送信済") {
            assert!(wanted.insert(name, bytes).is_none(), "{said}: {path:?} twice");
        }
    }
    assert_eq!(files_below(&places.software), wanted, "{said}");
    assert_eq!(wanted.len(), 4, "{said}");
    let refused: Vec<String> =
        seen(&places.export).into_iter().filter(|path| path.starts_with("送信できず")).collect();
    let stem = "送信できず/20261021110001_9970000026-11";
    let file = format!("{stem}/DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110001.CSV");
    assert_eq!(refused, [format!("{stem}.txt"), file], "{said}");
    // Nothing lies under a temporary name.
    for folder in [&places.export, &places.import] {
        let hidden: Vec<PathBuf> =
            files_below(folder).into_keys().filter(|path| path.starts_with(".")).collect();
        assert!(
            hidden.iter().all(|path| path.to_str().unwrap().starts_with(".careplan-import")),
            "{said}: {hidden:?}"
        );
        let parts = files_below(folder).into_keys().filter(|path| path.to_string_lossy().contains(".part"));
        assert_eq!(parts.count(), 0, "{said}");
    }
}

#[tokio::test]
async fn a_kill_at_any_point_of_the_folders_loses_nothing_and_sends_nothing_twice() {
    for mode in [Mode::AfterCheck, Mode::ConfirmFirst] {
        for point in Point::OF_FOLDERS {
            // A point that is passed for each file or set: the first time, and one in the middle.
            for pass in [1, 2] {
                let said = format!("{mode:?} {point:?} {pass}");
                let (world, places) = begin(mode).await;
                let accident = Accident::cut(*point, pass);
                tokio::select! {
                    ended = life(&world, &places, &accident) => ended.unwrap(),
                    () = accident.dark.notified() => {}
                }
                let is_passed_once = is_rare(mode, *point, pass);
                assert_eq!(accident.struck.load(Ordering::SeqCst), !is_passed_once, "{said}");
                // Power is back after a while; whoever uses it goes on as before.
                for _ in 0..3 {
                    world.pass(SignedDuration::from_mins(10));
                    life(&world, &places, &Accident::default()).await.unwrap();
                }
                judge(&world, &places, &said);
            }
        }
    }
}

/// Whether a point is not passed so often.
fn is_rare(mode: Mode, point: Point, pass: usize) -> bool {
    match point {
        Point::SetsHandedOver => mode != Mode::ConfirmFirst || pass > 1,
        Point::SetSealed => mode == Mode::ConfirmFirst,
        _ => false,
    }
}

#[tokio::test]
async fn a_disk_that_is_full_at_any_write_loses_nothing_and_sends_nothing_twice() {
    for mode in [Mode::AfterCheck, Mode::ConfirmFirst] {
        for write in 0.. {
            let said = format!("{mode:?}, write {write}");
            let (world, places) = begin(mode).await;
            let accident = Accident { full_at: Some(write), ..Accident::default() };
            for _ in 0..4 {
                life(&world, &places, &accident).await.unwrap();
                world.pass(SignedDuration::from_mins(10));
            }
            judge(&world, &places, &said);
            if !accident.struck.load(Ordering::SeqCst) {
                assert!(write > 10, "{said}: all were tried");
                break;
            }
        }
    }
}
