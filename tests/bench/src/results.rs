//! What was measured, for the page and the plot.

use crate::{comparison::Comparison, features::FeatureCost, offline::Offline};

/// Everything that was measured.
pub(crate) struct Results {
    pub(crate) machine: Vec<(&'static str, String)>,
    pub(crate) comparison: Comparison,
    pub(crate) features: Vec<FeatureCost>,
    pub(crate) offline: Offline,
}
