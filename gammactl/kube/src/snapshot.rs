//! What was read from a cluster, and what could not be.

use gamma_manifest::{
    diagnostic::{Code, Diagnostic, Diagnostics, codes},
    source::Sources,
};

use super::{kinds::Importance, object::LiveObject};

/// The objects of a cluster at about one time.
#[derive(Debug, Clone, Default)]
pub struct ClusterSnapshot {
    /// Name of the context.
    pub context: String,
    /// The objects, each with whether the decoder knows its kind.
    pub(crate) objects: Vec<(LiveObject, bool)>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// Something that is missing from a [`ClusterSnapshot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The cluster has neither HTTPRoutes nor GRPCRoutes.
    NoGatewayApi,
    /// The user may not list a kind.
    Forbidden {
        /// API group; empty for the core group.
        group: String,
        /// Kind.
        kind: String,
        /// As in RBAC rules: `httproutes`.
        plural: String,
        /// `list`, or `get` for single objects.
        verb: &'static str,
        /// What the API server says.
        said: String,
        /// What it means.
        importance: Importance,
    },
    /// The cluster has a kind in versions only that can't be read.
    OtherVersions {
        /// API group.
        group: String,
        /// Kind.
        kind: String,
        /// The versions that it has.
        versions: Vec<String>,
    },
}

impl ClusterSnapshot {
    /// The objects.
    pub fn objects(&self) -> impl Iterator<Item = &LiveObject> {
        self.objects.iter().map(|(object, _)| object)
    }

    /// Adds a text for each object to `sources`. It is named like `kube:dev/HTTPRoute/shop/cart`, with the
    /// context.
    pub fn add_to(&self, sources: &mut Sources) {
        for (object, is_known) in &self.objects {
            let name = format!("kube:{}/{}", self.context, object.full_name(*is_known));
            sources.add_live(name, object.text());
        }
    }

    /// Says what is missing.
    pub fn report(&self, diagnostics: &mut Diagnostics) {
        for gap in &self.gaps {
            diagnostics.push(self.finding(gap));
        }
    }

    fn finding(&self, gap: &Gap) -> Diagnostic {
        let context = &self.context;
        match gap {
            Gap::NoGatewayApi => without_place(
                &codes::NO_GATEWAY_API,
                format!("the cluster of context `{context}` has no Gateway API"),
                "there are no routes in it, and none can be applied",
                "install its CRDs: kubectl apply --server-side -f \
                 https://github.com/kubernetes-sigs/gateway-api/releases/latest/download/standard-install.yaml"
                    .into(),
            ),
            Gap::Forbidden {
                group,
                kind,
                plural,
                verb,
                said,
                importance,
            } => {
                let (code, why) = match importance {
                    Importance::Decisive => (
                        &codes::ROUTES_FORBIDDEN,
                        "without them nobody knows where a request goes",
                    ),
                    Importance::Used => (
                        &codes::KIND_FORBIDDEN,
                        "they are missing from the picture: what depends on them may be otherwise",
                    ),
                    Importance::Noticed => (
                        &codes::OTHER_KIND_FORBIDDEN,
                        "findings about them are missing",
                    ),
                };
                let of = format!("kind `{kind}` of context `{context}` can't be read: {said}");
                let rule = format!(
                    "a ClusterRole grants it by the rule {{apiGroups: [\"{group}\"], resources: [{plural}], \
                     verbs: [{verb}]}}"
                );
                without_place(code, of, why, rule)
            }
            Gap::OtherVersions {
                group,
                kind,
                versions,
            } => without_place(
                &codes::OTHER_VERSIONS,
                format!(
                    "context `{context}` has kind `{kind}` of {group} in no version that is known here: it has {}",
                    versions.join(", ")
                ),
                "they are missing from the picture",
                "is there a newer gammactl?".into(),
            ),
        }
    }
}

fn without_place(
    code: &'static Code,
    message: String,
    why: &'static str,
    hint: String,
) -> Diagnostic {
    Diagnostic {
        code,
        message,
        span: None,
        why: Some(why.into()),
        hint: Some(hint),
        fix: None,
        also: None,
    }
}
