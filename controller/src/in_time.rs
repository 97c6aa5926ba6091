//! No answer of the API server is waited for for ever.

use std::time::Duration;

use tokio::time::timeout;

/// How long the API server may take. A request that hangs would be answered when another replica writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, or after a while the error that there is none.
pub(crate) async fn in_time<T>(answer: impl Future<Output = kube::Result<T>>) -> kube::Result<T> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(late) => Err(kube::Error::Service(late.into())),
    }
}
