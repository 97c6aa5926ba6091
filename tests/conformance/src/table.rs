//! `docs/conformance.md`.

use std::fmt::Write as _;

use crate::{
    cases::{NotApplicable, Ran},
    profiles::Profile,
    report::API_VERSION,
};

pub(crate) fn markdown(
    ran: &[Ran],
    profiles: &[Profile],
    not_applicable: &[NotApplicable],
) -> String {
    let mut text = format!(
        "<!-- Written by `make conformance`; changes are lost. -->\n# Conformance\n\n\
         The data-plane cases of the Gateway API's conformance suite ({API_VERSION} and what its main \
         branch has since\nadded for meshes), run by `make conformance` natively and against a real \
         Envoy with the filter, without\nKubernetes. The fixtures are Gamma's own, written from the \
         published expectations of the tests that\nthey name, and stricter: paths, hosts and \
         `location` are always asserted, which the upstream mesh suite\nleaves out. Cases of Gateways \
         are run with a Service in the place of the Gateway.\n\n\
         | profile | core | extended | extended features |\n|---|---|---|---|\n"
    );
    for profile in profiles {
        let of = |s: &crate::profiles::Statistics| match s.passed + s.failed {
            0 => "–".into(),
            all => format!("{} of {all}", s.passed),
        };
        let features = profile.supported.len();
        let all = features + profile.unsupported.len();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {features} of {all} |",
            profile.name,
            of(&profile.core),
            of(&profile.extended),
        );
    }
    for (title, area) in [
        ("Mesh", "mesh"),
        ("HTTPRoute, with a Service as the parent", "http"),
        ("GRPCRoute, with a Service as the parent", "grpc"),
    ] {
        let of_area: Vec<&Ran> = ran
            .iter()
            .filter(|ran| ran.path.parent().is_some_and(|path| path.ends_with(area)))
            .collect();
        let passed = of_area.iter().filter(|ran| ran.failure.is_none()).count();
        let _ = write!(
            text,
            "\n## {title}: {passed} of {}\n\n| test | features | result |\n|---|---|---|\n",
            of_area.len(),
        );
        for ran in of_area {
            let conformance = &ran.conformance;
            let result = match (&ran.failure, conformance.provisional) {
                (Some(_), _) => "**failed**",
                (None, true) => "passed (provisional)",
                (None, false) => "passed",
            };
            let _ = writeln!(
                text,
                "| [{}](../{}) | {} | {result} |",
                conformance.test,
                ran.path.display(),
                conformance.features.join(", "),
            );
        }
    }
    text.push_str(
        "\n## Not run\n\nTests of the suite that ask for what a Service as the parent does not \
         have:\n\n| tests | why |\n|---|---|\n",
    );
    for NotApplicable { tests, why } in not_applicable {
        let _ = writeln!(text, "| {} | {why} |", tests.join(", "));
    }
    text
}
