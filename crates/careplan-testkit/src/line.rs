//! An office's line to the platform, on which requests and answers get lost as a test decides.
//!
//! A lost request never reaches the platform; of a lost answer the platform did everything. To the
//! client both look the same: a broken line.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use careplan_client::keys::OfficeIdentity;
use careplan_client::platform::{
    Answer, Connector, Listening, Request, ServerTrust, Transport, TransportFault, WireConnector,
};
use futures_util::future::BoxFuture;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It arrives, and so does its answer.
    Nothing,
    /// It never arrives.
    Request,
    /// It arrives and is answered; the answer never comes back.
    Answer,
}

/// The line of one office. Clones are the same line.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// For the next requests, in their order.
    plan: Mutex<VecDeque<Loss>>,
    down: AtomicBool,
    lost: AtomicU64,
}

impl Line {
    /// Loses something once `after` more requests went through.
    pub fn lose(&self, after: usize, loss: Loss) {
        let mut plan = self.plan();
        plan.extend(std::iter::repeat_n(Loss::Nothing, after));
        plan.push_back(loss);
    }

    /// Cuts or mends the whole line.
    pub fn cut(&self, down: bool) {
        self.0.down.store(down, Ordering::SeqCst);
    }

    /// From now on nothing gets lost.
    pub fn mend(&self) {
        self.plan().clear();
        self.cut(false);
    }

    /// How many requests or answers got lost so far.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::SeqCst)
    }

    /// A connector over this line.
    pub fn connector(&self) -> Arc<dyn Connector> {
        Arc::new(LineConnector(self.clone()))
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, VecDeque<Loss>> {
        self.0.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Loss {
        let loss = if self.0.down.load(Ordering::SeqCst) {
            Loss::Request
        } else {
            self.plan().pop_front().unwrap_or(Loss::Nothing)
        };
        if loss != Loss::Nothing {
            self.0.lost.fetch_add(1, Ordering::SeqCst);
        }
        loss
    }
}

struct LineConnector(Line);

impl Connector for LineConnector {
    fn connect(
        &self,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        let wire = WireConnector.connect(base, trust, identity)?;
        Ok(Arc::new(LossyTransport { line: self.0.clone(), wire }))
    }
}

struct LossyTransport {
    line: Line,
    wire: Arc<dyn Transport>,
}

impl Transport for LossyTransport {
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>> {
        let loss = self.line.next();
        Box::pin(async move {
            match loss {
                Loss::Nothing => self.wire.exchange(request).await,
                Loss::Request => Err(TransportFault::Unreachable),
                Loss::Answer => {
                    // The platform's side of it happens; what it says is lost.
                    let _ = self.wire.exchange(request).await;
                    Err(TransportFault::Broken)
                }
            }
        })
    }

    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>> {
        let loss = self.line.next();
        Box::pin(async move {
            match loss {
                Loss::Nothing => self.wire.listen(request).await,
                Loss::Request => Err(TransportFault::Unreachable),
                Loss::Answer => Err(TransportFault::Broken),
            }
        })
    }
}
