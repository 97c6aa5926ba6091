//! What becomes of requests, in the Gateway API's words and in the source's.

use gamma_manifest::{
    diagnostic::{Code, Diagnostic},
    source::Span,
};
use serde_json::{Map, Value};

use crate::{order::PathSet, source_list::SourceEffect};

/// A rule without its matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RuleContent {
    /// `filters`, `backendRefs`, `timeouts` and `retry`. Without any of them it answers with 500.
    pub(crate) members: Map<String, Value>,
    pub(crate) problems: Vec<ActionProblem>,
    /// Whether a prefix is replaced: such a rule has one match only.
    pub(crate) replaces_prefix: bool,
}

/// Something that a rule says otherwise than its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ActionProblem {
    pub(crate) code: &'static Code,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) why: String,
    pub(crate) hint: &'static str,
}

impl ActionProblem {
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(self.code, self.span, self.message.clone())
            .why(self.why.clone())
            .hint(self.hint)
    }
}

/// What the effects of a list are.
pub(crate) trait RuleActions {
    /// How many effects there are.
    fn count(&self) -> usize;
    /// What effect number `effect` does with requests to `path`.
    fn content(&self, effect: usize, path: &PathSet) -> RuleContent;
    /// What the source has it do, for the proof.
    fn source_effect(&self, effect: usize) -> SourceEffect;
}

/// Effects that are the same whatever the path is, by their numbers: `backendRefs` and the like.
#[derive(Debug)]
pub(crate) struct PlainActions(pub(crate) Vec<Map<String, Value>>);

impl RuleActions for PlainActions {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn content(&self, effect: usize, _: &PathSet) -> RuleContent {
        RuleContent {
            members: self.0[effect].clone(),
            ..RuleContent::default()
        }
    }

    fn source_effect(&self, effect: usize) -> SourceEffect {
        SourceEffect {
            members: self.0[effect].clone(),
            ..SourceEffect::default()
        }
    }
}

/// The members of a rule that sends requests to `backends`; none if there are none.
pub(crate) fn to_backends(backends: Vec<Value>) -> Map<String, Value> {
    let mut members = Map::new();
    if !backends.is_empty() {
        members.insert("backendRefs".into(), backends.into());
    }
    members
}
