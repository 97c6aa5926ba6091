//! The steps from what was written to requests that obey it, and back.

use std::fmt::Write as _;

use crate::{
    fate::{ObjectFate, SourceFate},
    options::{ConversionOptions, DataPlane},
    written::{POLICIES, ROUTES, SERVICES, WrittenFile, WrittenObjects},
};

/// The name of the file.
pub(crate) const FILE: &str = "STEPS.md";

/// The steps for what is in `files`, as Markdown; without `written` routes there are none to take.
pub(crate) fn steps(
    written: &WrittenObjects,
    files: &[WrittenFile],
    fates: &[ObjectFate],
    options: &ConversionOptions,
) -> String {
    let mut text = String::from("# Steps\n\nRun the commands in the directory of this file.\n");
    if written.routes.is_empty() {
        text.push_str("\nNothing was written, so there is nothing to do: report.md says why.\n");
        return text;
    }
    let has = |folder: &str| files.iter().any(|file| file.path.starts_with(folder));
    let manifests = inputs(&has);
    let mut number = 0;
    let mut step = |title: &str, body: &str| {
        number += 1;
        let _ = write!(text, "\n## {number}. {title}\n\n{body}");
    };
    step(
        "Look before",
        &format!(
            "`report.md` has what becomes otherwise. Everything below can be taken back as long as you have the source:\n\n\
             ```sh\n\
             kubectl get services,endpointslices,namespaces -A -o yaml > services.yaml\n\
             kubectl get {} -A -o yaml | sed '/^    resourceVersion:/d; /^    uid:/d' > before.yaml\n\
             gammactl check --strict -f services.yaml{manifests}\n\
             gammactl test tests\n\
             ```\n",
            resources(fates).join(","),
        ),
    );
    if has(SERVICES) {
        let names = names(&written.services, "Service");
        let about = if names.is_empty() {
            "ReferenceGrants, which allow routes to send requests to other namespaces. They change nothing by themselves:"
                .to_owned()
        } else {
            format!(
                "Services for what were subsets: {}. Nobody asks them yet:",
                names.join(", ")
            )
        };
        step(
            "Apply the Services",
            &format!("{about}\n\n```sh\nkubectl apply -f {SERVICES}/\n```\n"),
        );
    }
    if has(POLICIES) {
        let names = names(&written.services, "DestinationRule");
        step(
            "Apply their policies",
            &format!(
                "What Istio does on connections to the subsets, for the Services that they became: {}.\n\n\
                 ```sh\nkubectl apply -f {POLICIES}/\n```\n",
                names.join(", ")
            ),
        );
    }
    if options.client_labels.is_empty() {
        step("Apply the routes", &routes_step(written, options));
    }
    step("Put the filter in", &filter_step(&manifests, options));
    step(
        "See that it obeys",
        "Ask what you would miss most, from a pod of a client; `tests/` has a request for each match, and `gammactl explain` says \
         what should become of one:\n\n\
         ```sh\n\
         gammactl test tests\n\
         ```\n",
    );
    step("Delete what the routes do now", &deletions(fates));
    step("Go back", &way_back(&has, fates, options));
    text
}

/// `-f` of what was written.
fn inputs(has: &impl Fn(&str) -> bool) -> String {
    [SERVICES, ROUTES]
        .into_iter()
        .filter(|folder| has(folder))
        .map(|folder| format!(" -f {folder}/"))
        .collect()
}

fn routes_step(written: &WrittenObjects, options: &ConversionOptions) -> String {
    let count = match written.routes.len() {
        1 => "1 HTTPRoute".to_owned(),
        count => format!("{count} HTTPRoutes"),
    };
    let about = match options.data_plane {
        DataPlane::Istio => {
            "It is labelled `istio.io/rev: gamma`, a revision that no istiod has: only the filter obeys it"
        }
        DataPlane::Envoy => {
            "Only the filter obeys it, unless the cluster has a mesh that reads HTTPRoutes too"
        }
    };
    let about = match written.routes.len() {
        1 => about.to_owned(),
        _ => about
            .replace("It is labelled", "They are labelled")
            .replace("obeys it", "obeys them"),
    };
    format!("{count}. {about}.\n\n```sh\nkubectl apply -f {ROUTES}/\n```\n")
}

fn filter_step(manifests: &str, options: &ConversionOptions) -> String {
    let domain = match &*options.cluster_domain {
        "cluster.local" => String::new(),
        other => format!(" --cluster-domain {other}"),
    };
    let labels = options.client_labels.iter();
    let labels: Vec<String> = labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    match options.data_plane {
        DataPlane::Istio if !labels.is_empty() => {
            let labels = labels.join(",");
            format!(
                "The routes are for clients with the labels {labels}, so they stay files: in the cluster they would be for all. `$IMAGE` is \
                 where sidecars get the module.\n\n\
                 ```sh\n\
                 gammactl istio -f services.yaml{manifests}{domain} --image \"$IMAGE\" --selector {labels} -o gamma.yaml\n\
                 kubectl apply --server-side -f gamma.yaml\n\
                 ```\n"
            )
        }
        DataPlane::Istio => format!(
            "First into a few clients, with `--selector`; where the module can't be had, Istio's own routes serve them. `$IMAGE` is \
             where sidecars get the module.\n\n\
             ```sh\n\
             gammactl istio -f services.yaml{manifests}{domain} --image \"$IMAGE\" --selector app=CLIENT --fail-strategy open -o gamma.yaml\n\
             kubectl apply --server-side -f gamma.yaml\n\
             ```\n\n\
             Then into all of them:\n\n\
             ```sh\n\
             gammactl istio -f services.yaml{manifests}{domain} --image \"$IMAGE\" -o gamma.yaml\n\
             kubectl apply --server-side -f gamma.yaml\n\
             ```\n\n\
             The filter decides before the old objects do, so these can stay for now. After a change of routes run the last two \
             commands again, or let the controller do it.\n"
        ),
        DataPlane::Envoy => format!(
            "A whole config for the Envoy of each client; `-n` is the client's namespace, `$WASM` the module.\n\n\
             ```sh\n\
             gammactl envoy -f services.yaml{manifests}{domain} -n NAMESPACE --listen 127.0.0.1:10000 --wasm \"$WASM\" -o envoy.yaml\n\
             envoy -c envoy.yaml\n\
             ```\n\n\
             Clients that ask through this Envoy obey the routes, and all others what was there before.\n"
        ),
    }
}

fn deletions(fates: &[ObjectFate]) -> String {
    let deleted = fates.iter().filter(|of| of.fate == SourceFate::Deleted);
    let commands: String = deleted
        .map(|of| {
            format!(
                "kubectl delete {} -n {} {}\n",
                of.resource, of.namespace, of.name
            )
        })
        .collect();
    let mut text = if commands.is_empty() {
        "Nothing: each object of the source does something else too.\n".to_owned()
    } else {
        format!(
            "Not before every client has the filter: without it, and without these, requests go to the Services themselves.\n\n\
             ```sh\n{commands}```\n"
        )
    };
    let rest: Vec<String> = fates
        .iter()
        .filter_map(|of| {
            let title = format!("{} {}/{}", of.resource, of.namespace, of.name);
            match of.fate {
                SourceFate::Deleted => None,
                SourceFate::Stays(why) => Some(format!("- {title} stays: {why}.")),
                SourceFate::Changed(what) => Some(format!("- {title}: {what}.")),
            }
        })
        .collect();
    if !rest.is_empty() {
        let _ = write!(text, "\n{}\n", rest.join("\n"));
    }
    text
}

fn way_back(
    has: &impl Fn(&str) -> bool,
    fates: &[ObjectFate],
    options: &ConversionOptions,
) -> String {
    let mut commands = String::new();
    if fates
        .iter()
        .any(|of| !matches!(of.fate, SourceFate::Stays(_)))
    {
        commands.push_str("kubectl apply -f before.yaml\n");
    }
    match options.data_plane {
        DataPlane::Istio => commands.push_str(
            "kubectl delete wasmplugins.extensions.istio.io -A -l app.kubernetes.io/managed-by=gammactl,app.kubernetes.io/instance=gamma\n\
             sleep 60\n\
             kubectl delete envoyfilters.networking.istio.io -A -l app.kubernetes.io/managed-by=gammactl,app.kubernetes.io/instance=gamma\n",
        ),
        DataPlane::Envoy => commands.push_str("# send the clients' requests past this Envoy again\n"),
    }
    let applied = |folder: &str| folder != ROUTES || options.client_labels.is_empty();
    for folder in [ROUTES, POLICIES, SERVICES] {
        if has(folder) && applied(folder) {
            let _ = writeln!(commands, "kubectl delete -f {folder}/");
        }
    }
    format!(
        "At every step, in this order: what was deleted comes back first, then the filter goes, then what was applied. `before.yaml` is \
         from the first step.\n\n\
         ```sh\n{commands}```\n"
    )
}

/// The kinds of the source, each once.
fn resources(fates: &[ObjectFate]) -> Vec<&'static str> {
    let mut resources: Vec<&'static str> = fates.iter().map(|of| of.resource).collect();
    resources.dedup();
    resources
}

/// Full names of the objects of a kind.
fn names(objects: &[serde_json::Value], kind: &str) -> Vec<String> {
    let of_kind = objects.iter().filter(|object| object["kind"] == kind);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    of_kind
        .map(|object| {
            let metadata = &object["metadata"];
            format!(
                "{}/{}",
                text(&metadata["namespace"]),
                text(&metadata["name"])
            )
        })
        .collect()
}
