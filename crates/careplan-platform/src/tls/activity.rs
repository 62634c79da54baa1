//! How busy a connection is: answers under way, and since when there is none.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

/// Shared by a connection and its answers.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    under_way: AtomicUsize,
    /// Milliseconds after `began` at which the last answer ended.
    quiet_since: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            under_way: AtomicUsize::new(0),
            quiet_since: AtomicU64::new(0),
        })
    }

    /// An answer is under way until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// Until when the connection may stay silent; counted anew from `now` while an answer is
    /// under way.
    pub(super) fn silent_until(&self, silence: Duration, now: Instant) -> Instant {
        if self.under_way.load(Ordering::Acquire) > 0 {
            return now + silence;
        }
        self.began + Duration::from_millis(self.quiet_since.load(Ordering::Relaxed)) + silence
    }
}

/// Marks one answer as under way.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Activity>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let quiet = u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.quiet_since.store(quiet, Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Release);
    }
}

/// A body that is under way until it was sent, or given up.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    _under_way: UnderWay,
}

impl Answer {
    pub(super) fn new(body: Body, under_way: UnderWay) -> Self {
        Self { body, _under_way: under_way }
    }
}

impl http_body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
