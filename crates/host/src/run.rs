//! The runners: they do what the flow says, and nothing else.

use crate::{AsyncStore, Flow, FlowError, Handler, Outcome, Progress, Recording, Reply, Step, Store};

/// Runs a command on a blocking store.
///
/// # Errors
/// See [`FlowError`].
pub fn run<S: Store + ?Sized, H: Handler>(
    store: &S,
    handler: &H,
    recording: &Recording,
) -> Result<Outcome, FlowError<H::Refusal>> {
    let mut flow = Flow::new(handler, recording);
    let mut progress = flow.start();
    loop {
        let reply = match progress {
            Progress::Done(end) => return end,
            Progress::Do(Step::ReadKey(key)) => store.idempotency(&key).map(Reply::Key),
            Progress::Do(Step::ReadStream { stream, after, limit }) => {
                store.read_stream(&stream, after, limit).map(Reply::Events)
            }
            Progress::Do(Step::ReadNumber(sequence)) => store.last_number(&sequence).map(Reply::Number),
            Progress::Do(Step::Append(append)) => store.append(&append).map(Reply::Appended),
        };
        progress = flow.on(reply);
    }
}

/// Runs a command on an asynchronous store. The future can be sent between threads and dropped at any point: what
/// was appended then is appended, and the same request with the same key finds it.
#[expect(clippy::manual_async_fn, reason = "the signature promises Send")]
pub fn run_async<S: AsyncStore, H: Handler<Refusal: Send> + Sync>(
    store: &S,
    handler: &H,
    recording: &Recording,
) -> impl Future<Output = Result<Outcome, FlowError<H::Refusal>>> + Send {
    async move {
        let mut flow = Flow::new(handler, recording);
        let mut progress = flow.start();
        loop {
            let reply = match progress {
                Progress::Done(end) => return end,
                Progress::Do(Step::ReadKey(key)) => store.idempotency(&key).await.map(Reply::Key),
                Progress::Do(Step::ReadStream { stream, after, limit }) => {
                    store.read_stream(&stream, after, limit).await.map(Reply::Events)
                }
                Progress::Do(Step::ReadNumber(sequence)) => {
                    store.last_number(&sequence).await.map(Reply::Number)
                }
                Progress::Do(Step::Append(append)) => store.append(&append).await.map(Reply::Appended),
            };
            progress = flow.on(reply);
        }
    }
}
