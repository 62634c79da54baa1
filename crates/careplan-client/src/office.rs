//! The door: one office on one data folder, and the engine that only one process may hold.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use careplan_domain::transmission::State as Life;
use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};

use crate::address_book::AddressFault;
use crate::clock::Clock;
use crate::files::{self, FileFault, Privacy};
use crate::keys::{CertificateStore, KeyFolder, KeysFault, OfficeIdentity, system_store};
use crate::letter::ComposeFault;
use crate::mishap::Mishaps;
use crate::outbox::GatherFault;
use crate::platform::{
    Connector, Platform, PlatformFault, Proxy, Retry, ServerTrust, SkewWatch, WireConnector,
};
use crate::state::{Fault, Settings, State, StateFault};
use crate::trust::{ReceiptFault, Trust, TrustFault};

/// Why an operation of the office failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum OfficeFault {
    /// Nobody set the client up.
    #[error(
        "初期設定がまだです。careplan-client run を実行し、careplan-client open で開く画面か、careplan-client setup で、初期設定を済ませてください。"
    )]
    NotSetUp,
    /// Another process holds the engine.
    #[error(
        "ほかの careplan-client（常駐中の run など）が動いています。送受信はそちらが行いますので、そのままお待ちください。急ぐときは、そちらを終了してからやり直してください。"
    )]
    Busy,
    /// There is no such transmission here.
    #[error("送信番号 {0} は、この端末にありません。番号を確かめてください（careplan-client list）。")]
    Unknown(TransmissionId),
    /// The state it is in does not allow it.
    #[error("送信番号 {0} は「{1}」のため、この操作はできません。")]
    WrongState(TransmissionId, &'static str),
    /// A letter waited too long for its acceptance.
    #[error(
        "送信待ちのまま21日を過ぎたため、この送信をやめました。連携基盤は受け付けていません。もう一度送信してください。"
    )]
    TooOld,
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// A key.
    #[error(transparent)]
    Keys(#[from] KeysFault),
    /// The platform.
    #[error(transparent)]
    Platform(#[from] PlatformFault),
    /// The files to be sent.
    #[error(transparent)]
    Gather(#[from] GatherFault),
    /// A receiver's keys.
    #[error(transparent)]
    Address(AddressFault),
    /// A letter could not be composed.
    #[error(transparent)]
    Compose(#[from] ComposeFault),
    /// A receipt proves nothing.
    #[error(transparent)]
    Receipt(#[from] ReceiptFault),
    /// A signature or certificate is not believed.
    #[error("{0}。パソコンの日付と時刻を確かめ、続くときは運用センターへ連絡してください。")]
    Trust(#[from] TrustFault),
}

impl From<AddressFault> for OfficeFault {
    /// The state file is this computer's, whoever asks it.
    fn from(fault: AddressFault) -> Self {
        match fault {
            AddressFault::State(fault) => Self::State(fault),
            fault => Self::Address(fault),
        }
    }
}

impl OfficeFault {
    /// A stable word for logs and state.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSetUp => "not_set_up",
            Self::Busy => "busy",
            Self::Unknown(_) => "unknown",
            Self::WrongState(..) => "wrong_state",
            Self::TooOld => "too_old",
            Self::State(fault) if fault.is_full() => "disk_full",
            Self::State(_) => "state",
            Self::File(fault) if fault.is_full() => "disk_full",
            Self::File(_) => "file",
            Self::Keys(_) => "keys",
            Self::Platform(fault) => fault.code(),
            Self::Gather(_) => "gather",
            Self::Address(fault) => fault.code(),
            Self::Compose(_) => "compose",
            Self::Receipt(_) => "receipt_unproven",
            Self::Trust(_) => "trust",
        }
    }

    /// The fault as it is stored beside what it concerns.
    pub fn stored(&self) -> Fault {
        Fault { code: self.code().to_owned(), text: self.to_string() }
    }

    /// Whether trying again can help without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Platform(fault) | Self::Address(AddressFault::Platform(fault)) => fault.is_transient(),
            Self::State(fault) => fault.is_full(),
            Self::File(fault) => fault.is_full(),
            Self::Busy => true,
            _ => false,
        }
    }
}

/// How to open an office.
#[derive(Clone)]
pub struct OfficeOptions {
    /// The data folder.
    pub data: PathBuf,
    /// Where the time comes from.
    pub clock: Clock,
    /// How the platform is reached.
    pub connector: Arc<dyn Connector>,
    /// How often one request is repeated before the step is left for later.
    pub retry: Retry,
    /// Where the operating system keeps certificates with their keys, if it does.
    pub store: Option<Arc<dyn CertificateStore>>,
    /// Accidents; none outside of tests.
    pub mishaps: Mishaps,
}

impl OfficeOptions {
    /// An installed client on a data folder.
    pub fn at(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            clock: Clock::system(),
            connector: Arc::new(WireConnector),
            retry: Retry::DEFAULT,
            store: system_store(),
            mishaps: Mishaps::default(),
        }
    }
}

/// One office's client on one data folder. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Office {
    inner: Arc<Inner>,
}

struct Inner {
    options: OfficeOptions,
    state: State,
    keys: KeyFolder,
    link: Mutex<HeldLink>,
    skew: SkewWatch,
}

/// The link that is held, and how often one was let go: a link that was begun before that is made of what no longer holds.
#[derive(Default)]
struct HeldLink {
    link: Option<Arc<Link>>,
    generation: u64,
}

/// What an office needs to talk to the platform; made anew when a certificate or the trust list changes.
#[derive(Debug)]
pub struct Link {
    /// The platform.
    pub platform: Platform,
    /// Who this office is.
    pub identity: OfficeIdentity,
    /// Whom it believes.
    pub trust: Trust,
    /// What set-up has fixed.
    pub settings: Settings,
}

impl Link {
    /// The office.
    pub fn office(&self) -> OfficeNumber {
        self.settings.office()
    }
}

impl Office {
    /// Opens the data folder; it is made when absent. Takes no lock: many may look at the same time.
    ///
    /// # Errors
    /// [`OfficeFault::State`], [`OfficeFault::File`], [`OfficeFault::Keys`].
    pub async fn open(options: OfficeOptions) -> Result<Self, OfficeFault> {
        files::make_folder(&options.data, Privacy::Private)?;
        let state = State::open(&options.data.join("client.sqlite")).await?;
        let keys = KeyFolder::open(options.data.join("keys"), options.mishaps.clone())?
            .with_store(options.store.clone());
        let skew = SkewWatch::new(options.clock.clone());
        let office = Self { inner: Arc::new(Inner { options, state, keys, link: Mutex::default(), skew }) };
        if let Err(fault) = office.sweep_shelves().await {
            // What a kill left takes room and nothing else; the next start tries again.
            tracing::warn!(code = fault.code(), "copies of a kill are left");
        }
        Ok(office)
    }

    /// Whether a data folder was ever used, without making anything.
    pub fn exists_at(data: &Path) -> bool {
        data.join("client.sqlite").exists()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.inner.options.clock.now()
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.inner.state
    }

    /// The keys.
    pub fn keys(&self) -> &KeyFolder {
        &self.inner.keys
    }

    /// How it was opened.
    pub fn options(&self) -> &OfficeOptions {
        &self.inner.options
    }

    pub(crate) fn mishaps(&self) -> &Mishaps {
        &self.inner.options.mishaps
    }

    /// Where received files go.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn inbox_folder(&self) -> Result<PathBuf, OfficeFault> {
        Ok(self.inbox_folder_of_state().await?)
    }

    pub(crate) async fn inbox_folder_of_state(&self) -> Result<PathBuf, StateFault> {
        let chosen = self.state().settings().await?.and_then(|settings| settings.inbox);
        Ok(chosen.map_or_else(|| self.inner.options.data.join("inbox"), PathBuf::from))
    }

    /// How far this PC's clock is ahead of the platform's, or behind where it is negative; `None` when that is not worth telling.
    pub fn clock_ahead(&self) -> Option<jiff::SignedDuration> {
        self.inner.skew.told()
    }

    /// What is needed to talk to the platform.
    ///
    /// # Errors
    /// [`OfficeFault::NotSetUp`] before set-up is complete.
    pub async fn link(&self) -> Result<Arc<Link>, OfficeFault> {
        let generation = {
            let held = self.held_link();
            if let Some(link) = &held.link {
                return Ok(link.clone());
            }
            held.generation
        };
        let settings = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
        let root = self.keys().root()?.ok_or(OfficeFault::NotSetUp)?;
        let identity = self.keys().identity()?.ok_or(OfficeFault::NotSetUp)?;
        let trust_root = ServerTrust::Root(root.der().to_vec());
        let platform = self.connect(&settings.platform, &trust_root, Some(&identity)).await?;
        let trust = self.trust(root).await?;
        let link = Arc::new(Link { platform, identity, trust, settings });
        let mut held = self.held_link();
        if held.generation == generation {
            held.link = Some(link.clone());
        }
        Ok(link)
    }

    /// A platform on the way out of the office that was chosen.
    pub(crate) async fn connect(
        &self,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Platform, OfficeFault> {
        let proxy = self.state().proxy().await?;
        self.connect_over(&proxy, base, (trust, identity))
    }

    /// A platform on any way out.
    pub(crate) fn connect_over(
        &self,
        proxy: &Proxy,
        base: &str,
        (trust, identity): (&ServerTrust, Option<&OfficeIdentity>),
    ) -> Result<Platform, OfficeFault> {
        let transport = self.inner.options.connector.connect_through(proxy, base, trust, identity);
        let transport = transport.map_err(PlatformFault::Transport)?;
        Ok(Platform::new(transport, self.inner.options.retry).watched_by(self.inner.skew.clone()))
    }

    /// Whom to believe: the root, and the trust list as it is held.
    async fn trust(&self, root: careplan_envelope::Certificate) -> Result<Trust, OfficeFault> {
        let trust = Trust::new(root)?;
        let Some((signed, issued_at)) = self.state().trust_list().await? else { return Ok(trust) };
        // It was verified when it was stored, at the time it states.
        let list = trust.read_list(&signed, None, issued_at)?;
        Ok(trust.with_list(list))
    }

    /// Lets go of the link: the next one is made with the keys and lists as they are then.
    pub fn forget_link(&self) {
        let mut held = self.held_link();
        held.link = None;
        held.generation = held.generation.wrapping_add(1);
    }

    fn held_link(&self) -> MutexGuard<'_, HeldLink> {
        self.inner.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the engine: sending and receiving are the work of one process at a time. The lock goes
    /// with the process, however that ends.
    ///
    /// # Errors
    /// [`OfficeFault::Busy`] when another process has it.
    pub fn engine(&self) -> Result<Engine, OfficeFault> {
        let path = self.inner.options.data.join("engine.lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let fault = |source| FileFault { path: path.clone(), action: files::FileAction::Write, source };
        let lock = open.map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => Ok(Engine::new(self.clone(), lock)),
            Err(std::fs::TryLockError::WouldBlock) => Err(OfficeFault::Busy),
            Err(std::fs::TryLockError::Error(source)) => Err(fault(source).into()),
        }
    }

    /// Closes the state file and waits until that is done.
    pub async fn close(self) {
        self.inner.state.close().await;
    }
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Office")
    }
}

/// The right to send and receive for this office. Every method does one bounded piece of work and
/// may be dropped at any await: that is the same as a kill, and loses nothing.
#[derive(Debug)]
pub struct Engine {
    pub(crate) office: Office,
    /// Whether the platform may list more than was read in this round.
    pub(crate) inbox_unread: bool,
    _lock: File,
}

impl Engine {
    fn new(office: Office, lock: File) -> Self {
        Self { office, inbox_unread: true, _lock: lock }
    }

    /// The office.
    pub fn office(&self) -> &Office {
        &self.office
    }
}

/// What one step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing is to be done now.
    Idle,
    /// The platform accepted a letter, and its receipt holds.
    Accepted(TransmissionId),
    /// The platform refused a letter for good.
    Rejected(TransmissionId, Fault),
    /// Something did not work and is tried again later.
    Later(TransmissionId, Fault),
    /// New things were listed.
    Listed(usize),
    /// A letter was fetched and verified.
    Verified(TransmissionId),
    /// The files of a letter are in the inbox folder.
    Written(TransmissionId),
    /// A receipt of ours was taken: the letter is acknowledged.
    Acknowledged(TransmissionId),
    /// A receipt of ours was taken: the letter is imported.
    Imported(TransmissionId),
    /// A letter was set aside, because it cannot be opened or verified.
    SetAside(TransmissionId, Fault),
    /// A letter was left alone, because only another terminal of this office can open it.
    LeftAlone(TransmissionId, Fault),
    /// A letter that was left alone was looked at again, and stays so.
    LookedAgain(TransmissionId),
    /// The refusal of a letter was handed in.
    Refused(TransmissionId),
    /// A letter came to an end before it was taken here.
    Ended(TransmissionId, &'static str),
    /// News was read.
    News(usize),
    /// Something that was sent moved on, and its proof holds.
    Moved(TransmissionId, Life),
    /// Something could not be taken back any more.
    NotWithdrawn(TransmissionId, Fault),
    /// News about something sent whose proof does not hold.
    Unproven(TransmissionId, Fault),
}

impl Step {
    /// Whether there was nothing to do.
    pub fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }
}
