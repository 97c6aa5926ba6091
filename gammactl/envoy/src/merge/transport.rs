//! Tells for which clusters a user's fragments see to the connection: they may be reached by TLS that no
//! policy asks for.

use std::collections::BTreeSet;

use gamma_manifest::{
    diagnostic::Diagnostics,
    source::Sources,
    yaml,
    yaml::{Content, Node},
};

/// The names of the clusters with a transport socket; `*` for every cluster.
#[must_use]
pub fn clusters_with_transport(fragments: &Sources) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, source) in fragments.iter() {
        // What is wrong is said when they are merged.
        for document in yaml::parse(
            file,
            &source.text,
            yaml::Dialect::Plain,
            &mut Diagnostics::default(),
        ) {
            let clusters = document
                .get("static_resources")
                .and_then(|resources| resources.get("clusters"));
            if let Some(Content::Sequence(clusters)) = clusters.map(|list| &list.content) {
                let secured = clusters.iter().filter(|cluster| has_transport(cluster));
                let named = secured.filter_map(|cluster| cluster.get("name")?.as_str());
                names.extend(named.map(str::to_owned));
            }
        }
    }
    names
}

fn has_transport(cluster: &Node) -> bool {
    ["transport_socket", "transport_socket_matches"]
        .into_iter()
        .any(|member| cluster.get(member).is_some_and(|node| !node.is_null()))
}
