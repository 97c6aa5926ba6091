//! The command-line options that `gammactl explain` has in common with curl.

use std::{net::SocketAddr, str::FromStr};

use clap::Args;

use super::{error::InvalidLine, header, header::HeaderLine};

/// The options that describe a request besides its URL.
#[derive(Debug, Clone, Default, Args)]
pub struct RequestOptions {
    /// The request's method
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub method: Option<String>,

    /// A header of the request; `Host` is its authority
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub headers: Vec<HeaderOption>,

    /// A body: makes the request a POST of a form, unless it says something else
    #[arg(short, long, value_name = "DATA")]
    pub data: Vec<String>,

    /// The client's namespace, if it is not that of -n
    #[arg(long, value_name = "NAMESPACE")]
    pub from: Option<String>,

    /// Where the client's connection is addressed to
    #[arg(long, value_name = "IP:PORT", value_parser = address)]
    pub destination: Option<SocketAddr>,
}

/// The value of `-H`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderOption {
    /// `name: value`, or `name;` for an empty value.
    Sent(HeaderLine),
    /// `name:`, by which curl leaves out a header that it would send on its own.
    LeftOut(String),
}

impl HeaderOption {
    /// The name of the header.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Sent(header) => &header.name,
            Self::LeftOut(name) => name,
        }
    }
}

impl FromStr for HeaderOption {
    type Err = InvalidLine;

    fn from_str(text: &str) -> Result<Self, InvalidLine> {
        if text.starts_with('@') {
            return Err(InvalidLine::new(
                text,
                "read: write the headers of that file, each with a -H of its own",
            ));
        }
        if let Some((name, "")) = text.split_once(':').map(|(n, value)| (n, value.trim()))
            && header::is_name(name)
        {
            return Ok(Self::LeftOut(name.into()));
        }
        if let Some(name) = text.strip_suffix(';')
            && !name.contains(':')
            && header::is_name(name)
        {
            return Ok(Self::Sent(HeaderLine {
                name: name.into(),
                value: Vec::new(),
            }));
        }
        text.parse().map(Self::Sent)
    }
}

fn address(text: &str) -> Result<SocketAddr, InvalidLine> {
    let invalid = |_| InvalidLine::new(text, "an address like 10.0.0.1:80");
    text.parse().map_err(invalid)
}
