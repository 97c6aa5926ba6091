//! Policies of a rule: how long its requests may take, and what is tried again.

use crate::{describe::describe_object, duration::Duration};

describe_object! {
    /// HTTPRouteTimeouts. `0s` means without limit.
    #[derive(Copy)]
    pub struct Timeouts: Default {
        /// For the whole request, all attempts included; then it is answered 504.
        optional "request" => request: Option<Duration>,
        /// For a single attempt.
        optional "backendRequest" => backend_request: Option<Duration>,
    }
}

describe_object! {
    /// HTTPRouteRetry. Failed connections, resets and attempts that take too long are always tried
    /// again.
    pub struct Retry: Default {
        /// Statuses of answers to try again, 400 to 599.
        #[schema(each(at_least(400)))]
        #[schema(each(at_most(599)))]
        optional "codes" => codes: Vec<u16>,
        /// Attempts after the first one. Absent: 1.
        optional "attempts" => attempts: Option<u32>,
        /// How long to wait before an attempt. Absent: as the proxy says.
        optional "backoff" => backoff: Option<Duration>,
    }
}
