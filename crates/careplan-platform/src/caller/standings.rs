//! What the database says of callers, asked for many requests at once.
//!
//! Promises: each answer was read after its question was put, so a revocation or a suspension that
//! is durable bites on the next request; nothing is remembered. While one question is with the
//! database the next requests gather, so the busier it gets, the more share one read.

use std::sync::Arc;

use careplan_domain::{Digest, OfficeNumber};
use tokio::sync::{mpsc, oneshot};

use crate::store::certificates::{CallerStanding, caller_standings};
use crate::store::{Store, StoreError};

/// Questions in one read. Connections bound how many can wait, and this what one statement holds.
const QUESTIONS_READ_MAX: usize = 64;

type Answer = Result<Option<CallerStanding>, Arc<StoreError>>;

struct Question {
    office: OfficeNumber,
    fingerprint: Digest,
    answer: oneshot::Sender<Answer>,
}

/// The way to ask. Clones lead to the same task, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct Standings {
    questions: mpsc::UnboundedSender<Question>,
}

impl Standings {
    /// Starts the task.
    pub fn start(store: Store) -> Self {
        let (questions, asked) = mpsc::unbounded_channel();
        tokio::spawn(work(store, asked));
        Self { questions }
    }

    /// What is known of an office and one of its certificates; `None` when there is no such office.
    ///
    /// # Errors
    /// When the database cannot be reached or holds nonsense.
    pub async fn of(&self, office: OfficeNumber, fingerprint: Digest) -> Answer {
        let (answer, answered) = oneshot::channel();
        let question = Question { office, fingerprint, answer };
        let gone = || Arc::new(StoreError::Unavailable(sqlx::Error::WorkerCrashed));
        self.questions.send(question).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

async fn work(store: Store, mut asked: mpsc::UnboundedReceiver<Question>) {
    let mut questions = Vec::with_capacity(QUESTIONS_READ_MAX);
    while asked.recv_many(&mut questions, QUESTIONS_READ_MAX).await > 0 {
        let pairs: Vec<_> = questions.iter().map(|it| (it.office, it.fingerprint)).collect();
        match read(&store, &pairs).await {
            Ok(found) => {
                for (question, standing) in questions.drain(..).zip(found) {
                    // Whoever went away does not need the answer.
                    let _ = question.answer.send(Ok(standing));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for question in questions.drain(..) {
                    let _ = question.answer.send(Err(error.clone()));
                }
            }
        }
    }
}

async fn read(
    store: &Store,
    pairs: &[(OfficeNumber, Digest)],
) -> Result<Vec<Option<CallerStanding>>, StoreError> {
    caller_standings(&mut store.read().await?, pairs).await
}
