//! Conformance profiles, counted as the suite counts them.

use std::collections::BTreeSet;

use crate::cases::Ran;

const EXTENDED: [&str; 9] = [
    "MeshClusterIPMatching",
    "MeshConsumerRoute",
    "MeshHTTPRouteBackendRequestHeaderModification",
    "MeshHTTPRouteNamedRouteRule",
    "MeshHTTPRouteQueryParamMatching",
    "MeshHTTPRouteRedirectPath",
    "MeshHTTPRouteRedirectPort",
    "MeshHTTPRouteRewritePath",
    "MeshHTTPRouteSchemeRedirect",
];
const PROFILES: [(&str, [&str; 2]); 2] = [
    ("MESH-HTTP", ["Mesh", "HTTPRoute"]),
    ("MESH-GRPC", ["Mesh", "GRPCRoute"]),
];

/// A profile and its results.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    pub(crate) core: Statistics,
    pub(crate) extended: Statistics,
    /// Extended features that a case which passed needs, and none which failed.
    pub(crate) supported: Vec<&'static str>,
    /// The others.
    pub(crate) unsupported: Vec<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

/// "A test is counted in a profile only if all its features are in it; it is extended if any of them
/// is not core."
pub(crate) fn count(ran: &[Ran]) -> Vec<Profile> {
    let features = |failed: bool| -> BTreeSet<&str> {
        ran.iter()
            .filter(|ran| ran.failure.is_some() == failed)
            .flat_map(|ran| &ran.conformance.features)
            .map(String::as_str)
            .collect()
    };
    let (passed, failed) = (features(false), features(true));
    let (supported, unsupported): (Vec<&str>, Vec<&str>) = EXTENDED
        .iter()
        .partition(|feature| passed.contains(*feature) && !failed.contains(*feature));
    PROFILES
        .iter()
        .map(|(name, core_features)| {
            let mut profile = Profile {
                name,
                core: Statistics::default(),
                extended: Statistics::default(),
                supported: supported.clone(),
                unsupported: unsupported.clone(),
            };
            for ran in ran {
                let features = &ran.conformance.features;
                let is_core = |feature: &String| core_features.contains(&feature.as_str());
                let known = |f: &String| is_core(f) || EXTENDED.contains(&f.as_str());
                if !features.iter().all(known) {
                    continue;
                }
                let statistics = match features.iter().all(is_core) {
                    true => &mut profile.core,
                    false => &mut profile.extended,
                };
                match ran.failure {
                    None => statistics.passed += 1,
                    Some(_) => statistics.failed += 1,
                }
            }
            profile
        })
        .collect()
}

impl Profile {
    /// One line.
    pub(crate) fn summary(&self) -> String {
        format!(
            "{}: core {} of {}, extended {} of {}, {} of {} extended features",
            self.name,
            self.core.passed,
            self.core.passed + self.core.failed,
            self.extended.passed,
            self.extended.passed + self.extended.failed,
            self.supported.len(),
            EXTENDED.len(),
        )
    }
}
