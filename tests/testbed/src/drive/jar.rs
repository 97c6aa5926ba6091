//! A client that keeps its cookies, as a browser does within one site.

use std::collections::BTreeMap;

use anyhow::Result;
use gamma_explain::request::HeaderLine;

use super::driver::Driver;
use crate::fixture::{Exchange, Observed};

/// Cookies, by name.
#[derive(Debug, Default)]
pub(super) struct Jar(BTreeMap<String, String>);

impl Jar {
    /// Sends a request with all cookies, and keeps those that the answer sets.
    pub(super) fn send(
        &mut self,
        exchange: &Exchange,
        driver: &mut dyn Driver,
    ) -> Result<Observed> {
        let mut exchange = exchange.clone();
        if !self.0.is_empty() {
            let pairs: Vec<String> = self.0.iter().map(|(n, v)| format!("{n}={v}")).collect();
            exchange.headers.push(HeaderLine {
                name: "cookie".into(),
                value: pairs.join("; ").into(),
            });
        }
        let observed = driver.send(&exchange)?;
        for (name, value) in &observed.headers {
            let pair = value.split(';').next().unwrap_or_default();
            if let Some((cookie, value)) = pair.split_once('=').filter(|_| name == "set-cookie") {
                self.0.insert(cookie.into(), value.into());
            }
        }
        Ok(observed)
    }
}
