//! Why a cluster can't be read, said with a way out.

use std::io;

use kube::client::AuthError;

/// Why a cluster can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n  {hint}")]
pub struct ClusterError {
    /// What happened, with the name of the context.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl ClusterError {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Of an error of the client. `context` and `server` name what was asked.
    pub(crate) fn of(error: &kube::Error, context: &str, server: &str) -> Self {
        match error {
            kube::Error::Api(status) => refused(status, context, server),
            kube::Error::Auth(error) => credentials(error, context),
            other => unreachable(other, context, server),
        }
    }
}

/// An answer of the API server that is no success.
fn refused(status: &kube::core::Status, context: &str, server: &str) -> ClusterError {
    let said = match &*status.message {
        "" => &status.reason,
        message => message,
    };
    let hint = match status.code {
        401 => {
            "the credentials have expired or are those of another cluster: log in again, as for kubectl"
                .to_owned()
        }
        403 => format!("ask for the right: `kubectl --context {context} auth can-i --list` shows those that there are"),
        429 | 500.. => format!(
            "the server is overloaded or not well: `kubectl --context {context} get --raw '/readyz?verbose'` says more"
        ),
        _ => format!("`kubectl --context {context} cluster-info` asks the same server"),
    };
    let code = status.code;
    ClusterError::new(
        format!("the API server of context `{context}` at {server} answered {code}: {said}"),
        hint,
    )
}

/// No credentials could be made.
fn credentials(error: &AuthError, context: &str) -> ClusterError {
    let message = match error {
        AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let status = out.status;
            let said = said.trim();
            format!("the credential plugin of context `{context}` failed with {status}: {said}")
        }
        AuthError::AuthExecStart(error) => {
            format!("the credential plugin of context `{context}` can't be run: {error}")
        }
        other => format!("no credentials for context `{context}`: {other}"),
    };
    let hint = match error {
        AuthError::AuthExecStart(_) => {
            "install the program that the kubeconfig names under `exec`, or put it on PATH"
        }
        _ => "log in again, as for kubectl",
    };
    ClusterError::new(message, hint)
}

/// There was no answer.
fn unreachable(error: &kube::Error, context: &str, server: &str) -> ClusterError {
    let mut deepest: &dyn std::error::Error = error;
    let mut refused = false;
    while let Some(source) = deepest.source() {
        deepest = source;
        if let Some(error) = deepest.downcast_ref::<io::Error>() {
            refused |= error.kind() == io::ErrorKind::ConnectionRefused;
        }
    }
    let hint = if refused {
        format!(
            "is the cluster running? `kubectl --context {context} cluster-info` asks the same server; \
             --kube=CONTEXT names another"
        )
    } else if deepest.to_string().contains("certificate") {
        "does `certificate-authority` of the kubeconfig belong to this server?".to_owned()
    } else {
        format!("`kubectl --context {context} cluster-info` asks the same server")
    };
    ClusterError::new(
        format!("the cluster of context `{context}` at {server} does not answer: {deepest}"),
        hint,
    )
}

/// Whether the same request may succeed when it is made again: the server is busy, or the connection was
/// cut. One that was never made is not worth a wait.
pub(crate) fn is_passing(error: &kube::Error) -> bool {
    if let kube::Error::Api(status) = error {
        return matches!(status.code, 429 | 500 | 502 | 503 | 504);
    }
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return !error.is_timeout();
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let kind = error.kind();
            return matches!(
                kind,
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
            );
        }
        next = error.source();
    }
    false
}
