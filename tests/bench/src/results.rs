//! What was measured, for the page and the plot.

use crate::{comparison::Comparison, features::Cost, offline::Offline};

/// Everything that was measured.
pub(crate) struct Results {
    pub(crate) machine: Vec<(&'static str, String)>,
    pub(crate) comparison: Comparison,
    pub(crate) features: Vec<Cost>,
    pub(crate) offline: Offline,
}
