//! A request after everything that a decision does to it.

use std::{convert::Infallible, net::SocketAddr};

use gamma_config::Fraction;
use gamma_router::{Answer, By, Decision, HeaderVisitor, RequestVisitor, Router};

use crate::latin1;

/// A request and where it ends. What the filter says to the proxy in headers, which no backend gets to
/// see, is left out.
#[derive(Debug, Clone)]
pub struct CarriedRequest {
    /// Host with or without port.
    pub authority: String,
    /// Path with query.
    pub path: String,
    /// The path before it was rewritten, if it was.
    pub original_path: Option<String>,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Where copies may go, and how many of them do.
    pub mirrors: Vec<(String, Fraction)>,
    /// Where the request goes.
    pub end: CarriedEnd,
    is_grpc: bool,
}

/// Where a request ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarriedEnd {
    /// In the proxy's own routes.
    PassThrough,
    /// At a backend of this cluster.
    Cluster(String),
    /// At the proxy, which answers.
    Answer {
        /// HTTP status.
        status: u16,
        /// Status and message, if the client speaks gRPC and the answer is an error.
        grpc: Option<(u32, String)>,
        /// Names and values.
        headers: Vec<(String, String)>,
    },
}

impl CarriedRequest {
    /// A request that nothing was done to yet.
    #[must_use]
    pub fn new(
        authority: &str,
        path: &str,
        headers: impl IntoIterator<Item = (String, String)>,
        is_grpc: bool,
    ) -> Self {
        let headers = headers.into_iter();
        Self {
            authority: authority.into(),
            path: path.into(),
            original_path: None,
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
            mirrors: Vec::new(),
            end: CarriedEnd::PassThrough,
            is_grpc,
        }
    }

    /// The request once `decision`, which is the router's, was carried out.
    #[must_use]
    pub fn carry_out(mut self, router: &Router, decision: &Decision) -> Self {
        let path = self.path.clone();
        let Ok(()) = router.visit_request(decision, path.as_bytes(), &mut self);
        self
    }
}

impl HeaderVisitor for CarriedRequest {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        ListedHeaders(&mut self.headers).remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        ListedHeaders(&mut self.headers).set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        ListedHeaders(&mut self.headers).add(name, value, by)
    }
}

impl RequestVisitor for CarriedRequest {
    fn authority(&mut self, authority: &str, _: By) -> Result<(), Infallible> {
        self.authority = authority.into();
        Ok(())
    }

    fn path(&mut self, path: &[u8], original: &[u8], _: By) -> Result<(), Infallible> {
        self.path = latin1(path);
        self.original_path = Some(latin1(original));
        Ok(())
    }

    fn endpoint(&mut self, _: SocketAddr) -> Result<(), Infallible> {
        Ok(())
    }

    fn mirror(&mut self, cluster: &str, fraction: Fraction, _: By) -> Result<(), Infallible> {
        self.mirrors.push((cluster.into(), fraction));
        Ok(())
    }

    fn control(&mut self, _: &'static str, _: &str) -> Result<(), Infallible> {
        Ok(())
    }

    fn cluster(&mut self, _: &str, cluster: &str) -> Result<(), Infallible> {
        self.end = CarriedEnd::Cluster(cluster.into());
        Ok(())
    }

    fn is_grpc(&mut self) -> bool {
        self.is_grpc
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Infallible> {
        let message = latin1(answer.body);
        let headers = answer.headers.iter();
        self.end = CarriedEnd::Answer {
            status: answer.status,
            grpc: answer.grpc_status.map(|status| (status, message)),
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), latin1(value)))
                .collect(),
        };
        Ok(())
    }
}

/// Changes headers that are a list of names, in lower case, and values.
#[derive(Debug)]
pub struct ListedHeaders<'h>(pub &'h mut Vec<(String, String)>);

impl HeaderVisitor for ListedHeaders<'_> {
    type Error = Infallible;

    fn remove(&mut self, name: &str, _: By) -> Result<(), Infallible> {
        self.0.retain(|(other, _)| other != name);
        Ok(())
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.remove(name, by)?;
        self.add(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], _: By) -> Result<(), Infallible> {
        self.0.push((name.into(), latin1(value)));
        Ok(())
    }
}
