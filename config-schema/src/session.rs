//! Session persistence: where a rule's sessions are carried, and for how long.

use crate::{
    describe::{describe_object, describe_words},
    duration::Duration,
};

describe_object! {
    /// SessionPersistence: the requests of one session go to one backend, and there to one endpoint.
    #[schema(session)]
    pub struct SessionPersistence {
        /// Where the session is carried.
        optional "type" => kind: SessionType,
        /// Name of the cookie or header.
        #[schema(text(HEADER_NAME))]
        required "name" => name: String,
        /// `Path` of the cookie.
        #[schema(text(COOKIE_PATH))]
        optional "path" => path: String = "/".into(),
        /// Whether the cookie outlives the browser. Needs `absoluteTimeout`.
        optional "permanent" => permanent: bool,
        /// After this time a session ends, used or not. Absent: it does not.
        optional "absoluteTimeout" => absolute_timeout: Option<Duration>,
    }
}

describe_words! {
    /// SessionPersistenceType.
    pub enum SessionType = Cookie {
        /// A cookie.
        "Cookie" => Cookie,
        /// A header of that name, in the response and in the requests after it.
        "Header" => Header,
    }
}
