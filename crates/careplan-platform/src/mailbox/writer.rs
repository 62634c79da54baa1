//! Group commit: one thread per replica drains a queue and makes many operations durable at once.
//!
//! While one commit reaches the disk the next operations gather, so the busier it gets, the more
//! share one flush. One operation that the database refuses does not spoil its neighbours: then
//! each is done by itself.
//!
//! A thread and not a task: every step of a commit waits for the database and goes on when it has
//! answered. As a task it would queue each time behind the requests that are being answered, and all
//! that wait for the commit would wait for those.

use std::sync::Arc;
use std::time::Duration;

use careplan_domain::retention::Retention;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::batch::{self, Committed};
use super::{News, Operation, Outcome};
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// Operations waiting for the next commit; more are answered with 503 at once. With letters of
/// at most 64 KiB it bounds the memory that waits to 64 MiB.
pub const OPERATIONS_QUEUED_MAX: usize = 1024;

/// Operations in one commit. More would make the last of them wait longer for little gain.
const OPERATIONS_COMMITTED_MAX: usize = 64;

/// A commit that failed sooner than this may have met a connection that died while idle; it is
/// tried once more. After a longer wait the callers have waited enough.
const QUICK_FAILURE: Duration = Duration::from_secs(1);

/// Why an operation could not be done; asking again is always safe.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteFault {
    /// Too many operations are waiting.
    #[error("too many operations are waiting")]
    Busy,
    /// The replica is stopping.
    #[error("the replica is stopping")]
    Stopping,
    /// The database could not do it.
    #[error(transparent)]
    Store(Arc<StoreError>),
}

type Answer = oneshot::Sender<Result<Outcome, WriteFault>>;

enum Message {
    Do(Operation, Answer),
    Drain,
}

/// The way to change the mailbox. Clones lead to the same thread.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
    ended: watch::Receiver<bool>,
}

/// What the thread works with.
struct Desk {
    store: Store,
    news: News,
    clock: Clock,
    retention: Retention,
}

impl Writer {
    /// Starts the thread; it ends with [`drain`](Self::drain), or with the last clone.
    pub fn start(store: Store, news: News, clock: Clock, retention: Retention) -> Self {
        let (queue, messages) = mpsc::channel(OPERATIONS_QUEUED_MAX);
        let (end, ended) = watch::channel(false);
        let desk = Desk { store, news, clock, retention };
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            runtime.block_on(desk.work(messages));
            end.send_replace(true);
        });
        Self { queue, ended }
    }

    /// Does an operation; returns when it is durable, or refused. A caller that stops waiting
    /// does not stop the operation.
    ///
    /// # Errors
    /// When nobody knows whether it was done; ask again.
    pub async fn submit(&self, operation: Operation) -> Result<Outcome, WriteFault> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Message::Do(operation, answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteFault::Busy,
            mpsc::error::TrySendError::Closed(_) => WriteFault::Stopping,
        })?;
        answered.await.unwrap_or(Err(WriteFault::Stopping))
    }

    /// Takes no more operations, and returns when those in the queue are answered.
    pub async fn drain(&self) {
        // When the queue is closed already, somebody else drains it.
        let _ = self.queue.send(Message::Drain).await;
        let mut ended = self.ended.clone();
        // An error means that the thread is gone: nothing is left to wait for.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

impl Desk {
    async fn work(&self, mut messages: mpsc::Receiver<Message>) {
        let mut taken = Vec::with_capacity(OPERATIONS_COMMITTED_MAX);
        while messages.recv_many(&mut taken, OPERATIONS_COMMITTED_MAX).await > 0 {
            let mut operations = Vec::with_capacity(taken.len());
            let mut answers = Vec::with_capacity(taken.len());
            for message in taken.drain(..) {
                match message {
                    Message::Do(operation, answer) => {
                        operations.push(operation);
                        answers.push(answer);
                    }
                    Message::Drain => messages.close(),
                }
            }
            if !operations.is_empty() {
                self.commit(&operations, answers).await;
            }
        }
    }

    async fn commit(&self, operations: &[Operation], answers: Vec<Answer>) {
        match self.try_commit(operations).await {
            Ok(committed) => self.tell(committed, answers),
            Err(error) if !error.is_transient() && operations.len() > 1 => {
                tracing::warn!(%error, operations = operations.len(), "commit refused, doing each by itself");
                for (operation, answer) in operations.iter().zip(answers) {
                    match self.try_commit(std::slice::from_ref(operation)).await {
                        Ok(committed) => self.tell(committed, vec![answer]),
                        Err(error) => fail(error, vec![answer]),
                    }
                }
            }
            Err(error) => fail(error, answers),
        }
    }

    async fn try_commit(&self, operations: &[Operation]) -> Result<Committed, StoreError> {
        let started = Instant::now();
        let first = batch::commit(&self.store, operations, self.retention, self.clock.now()).await;
        let result = match first {
            Err(StoreError::Unavailable(_)) if started.elapsed() < QUICK_FAILURE => {
                batch::commit(&self.store, operations, self.retention, self.clock.now()).await
            }
            result => result,
        };
        metrics::histogram!("careplan_commit_seconds").record(started.elapsed().as_secs_f64());
        metrics::histogram!("careplan_commit_operations").record(operations.len() as f64);
        result
    }

    fn tell(&self, committed: Committed, answers: Vec<Answer>) {
        for (answer, outcome) in answers.into_iter().zip(committed.outcomes) {
            // Whoever went away asks again and gets the same answer.
            let _ = answer.send(Ok(outcome));
        }
        for office in committed.woken {
            self.news.wake(office);
        }
        for state in committed.happened {
            metrics::counter!("careplan_transmissions_total", "event" => state.as_str()).increment(1);
        }
    }
}

fn fail(error: StoreError, answers: Vec<Answer>) {
    let fault = WriteFault::Store(Arc::new(error));
    for answer in answers {
        let _ = answer.send(Err(fault.clone()));
    }
}
