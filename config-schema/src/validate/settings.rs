//! Validation checks the version and the settings of a config.

use super::problems::ProblemList;
use crate::{config::VERSION, place::Place, settings::Settings, text::is_token, wire::PREFIX};

pub(super) fn version(version: u32, problems: &mut ProblemList) {
    if version != VERSION {
        problems.add(
            &Place::Root.member("version"),
            format_args!("is {version}, but this build reads version {VERSION}"),
        );
    }
}

pub(super) fn settings(settings: &Settings, problems: &mut ProblemList) {
    let header = &settings.cluster_header;
    if !header.starts_with(PREFIX)
        || !is_token(header)
        || header.contains(|c: char| c.is_ascii_uppercase())
    {
        problems.add(
            &Place::Root.member("settings.clusterHeader"),
            format_args!("`{header}` must be a lower-case header name that starts with `{PREFIX}`"),
        );
    }
}
