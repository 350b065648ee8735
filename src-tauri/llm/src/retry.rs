//! The one place where a failed question is asked again: how often, after how long, and when not. What may be asked again
//! at all is said by [`LlmError::retryable`]; how long a server wants to be left alone is read in `retry_after`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::backend::{Backend, BoxFuture, Destination};
use crate::completion::{Attempt, Completion, CompletionRequest, Failed};
use crate::error::LlmError;
use crate::models::{ModelInfo, TestReport};
use crate::spec::Kind;

/// How patient to be with a server that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Asks in all, the first among them; 1 asks never again.
    pub most: u32,
    /// The longest wait after the first failure. It doubles after each.
    pub first: Duration,
    /// The longest wait that is chosen here. A server may want a longer one.
    pub longest: Duration,
    /// No ask begins later than this after the first. One under way is limited by the backend's own limits.
    pub total: Duration,
}

impl Default for RetryPolicy {
    /// Four asks, up to 0.5, 1 and 2 s apart, within two minutes.
    fn default() -> Self {
        Self {
            most: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            total: Duration::from_secs(120),
        }
    }
}

/// Time and chance, as far as waiting needs them.
pub trait Pace: Send + Sync {
    /// A clock that never goes back.
    fn now(&self) -> Instant;

    /// Lets this much time pass.
    fn wait(&self, time: Duration) -> BoxFuture<'_, ()>;

    /// From 0 up to 1, without it.
    fn chance(&self) -> f64;
}

/// The real clock and the system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealPace;

impl Pace for RealPace {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(sleep(time))
    }

    fn chance(&self) -> f64 {
        // A system without randomness spreads nothing, and waits half as long as it may at most.
        let bits = getrandom::u32().unwrap_or(u32::MAX / 2);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A backend that asks again what may be asked again, as long as nothing of an answer was heard. The completion, or the
/// failure, names the asks before its own. Lists and tests are not asked again: they show the server as it is.
pub struct Retrying {
    backend: Arc<dyn Backend>,
    policy: RetryPolicy,
    pace: Arc<dyn Pace>,
}

impl Retrying {
    /// Around this backend, by the real clock.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>, policy: RetryPolicy) -> Self {
        Self::paced(backend, policy, Arc::new(RealPace))
    }

    /// Around this backend, with time and chance of the caller's.
    #[must_use]
    pub fn paced(backend: Arc<dyn Backend>, policy: RetryPolicy, pace: Arc<dyn Pace>) -> Self {
        Self {
            backend,
            policy,
            pace,
        }
    }

    /// How long to wait before the next ask, or `None` where there must be none.
    fn pause(&self, failed: &Failed, heard: bool, asks: u32, started: Instant) -> Option<Duration> {
        let begun = heard || failed.times.first_token_ms.is_some();
        if begun || asks >= self.policy.most || !failed.error.retryable() {
            return None;
        }
        let pause = self.wait_after(&failed.error, asks);
        let spent = self.pace.now().saturating_duration_since(started);
        // To wait for nothing helps nobody.
        (spent.saturating_add(pause) <= self.policy.total).then_some(pause)
    }

    /// Any time up to the longest, all equally likely, so that those who failed together do not come back together; for
    /// the same reason somewhat more than a server asks for.
    fn wait_after(&self, error: &LlmError, asks: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(asks.saturating_sub(1));
        let steps = match error.retry_after() {
            Some(_) => self.policy.first,
            None => self.policy.first.saturating_mul(doubled),
        };
        let chance = self.pace.chance();
        let share = if chance.is_nan() {
            1.0
        } else {
            chance.clamp(0.0, 1.0)
        };
        let chosen = steps.min(self.policy.longest).mul_f64(share);
        chosen.saturating_add(error.retry_after().unwrap_or_default())
    }

    async fn ask(
        &self,
        request: &CompletionRequest,
        hear: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Completion, Failed> {
        let started = self.pace.now();
        let mut earlier = Vec::new();
        let mut asks = 0;
        loop {
            asks += 1;
            let mut heard = false;
            let mut listen = |piece: &str| {
                heard = true;
                hear(piece);
            };
            let failed = match self.backend.complete(request, &mut listen).await {
                Ok(mut completion) => {
                    completion.earlier = earlier;
                    return Ok(completion);
                }
                Err(failed) => failed,
            };
            let Some(pause) = self.pause(&failed, heard, asks, started) else {
                return Err(Failed { earlier, ..failed });
            };
            earlier.push(Attempt {
                error: failed.error,
                times: failed.times,
                waited_ms: pause.as_secs_f64() * 1000.0,
            });
            self.pace.wait(pause).await;
        }
    }
}

impl Backend for Retrying {
    fn name(&self) -> &str {
        self.backend.name()
    }

    fn kind(&self) -> Kind {
        self.backend.kind()
    }

    fn destination(&self) -> Destination {
        self.backend.destination()
    }

    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
        hear: &'a mut (dyn FnMut(&str) + Send),
    ) -> BoxFuture<'a, Result<Completion, Failed>> {
        Box::pin(self.ask(request, hear))
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, LlmError>> {
        self.backend.models()
    }

    fn test<'a>(&'a self, model: Option<&'a str>) -> BoxFuture<'a, TestReport> {
        self.backend.test(model)
    }

    fn digest<'a>(&'a self, model: &'a str) -> BoxFuture<'a, Option<String>> {
        self.backend.digest(model)
    }
}
