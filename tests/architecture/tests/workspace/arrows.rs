//! Which crate may use which.

use gamma_architecture::{
    arrows::{Arrow, Rules},
    workspace::Package,
};

use crate::packages;

/// To let a crate use another, add it to its line; a new crate needs a line.
const RULES: Rules = Rules {
    crates: "
        # What ships as wasm.
        gamma-config:
        gamma-router: gamma-config
        gamma-filter: gamma-config gamma-router

        # The command line.
        gamma-registry:
        gamma-bake:     gamma-config
        gamma-manifest: gamma-config
        gamma-pattern:  gamma-config
        gamma-compile:  gamma-config gamma-manifest gamma-pattern
        gamma-explain:  gamma-config gamma-router gamma-manifest gamma-compile gamma-pattern
        gamma-diff:     gamma-config gamma-router gamma-manifest gamma-compile gamma-explain gamma-pattern
        gamma-convert:  gamma-config gamma-manifest gamma-compile gamma-explain gamma-diff gamma-cases gamma-pattern
        gamma-envoy:    gamma-config gamma-router gamma-manifest gamma-compile
        gamma-nginx:    gamma-config gamma-manifest gamma-compile
        gamma-cases:    gamma-config gamma-router gamma-manifest gamma-compile gamma-explain
        gamma-kube:     gamma-manifest
        gammactl:       gamma-bake gamma-config gamma-router gamma-manifest gamma-compile gamma-explain gamma-diff gamma-convert gamma-envoy gamma-nginx gamma-cases gamma-kube gamma-registry

        # In a browser.
        gamma-playground: gamma-config gamma-router gamma-manifest gamma-compile gamma-explain gamma-diff gamma-convert gamma-cases

        # The controller.
        gamma-controller: gamma-config gamma-manifest gamma-compile gamma-envoy gamma-kube gamma-registry

        # The images.
        gamma-entrypoint:
        gamma-image: gamma-registry

        # The tests.
        gamma-api-server:
        gamma-architecture:
        gamma-carried:     gamma-config gamma-router
        gamma-golden:
        gamma-interpreter:
        gamma-random:
        gamma-reference:   gamma-manifest
        gamma-testbed:     gamma-carried gamma-config gamma-router gamma-manifest gamma-compile gamma-explain gamma-envoy
        gamma-bench:       gamma-config gamma-interpreter gamma-testbed
        gamma-conformance: gamma-manifest gamma-testbed
        gamma-cluster:     gamma-testbed gamma-virtual-services
        gamma-docker:      gamma-image gamma-registry gamma-testbed
        gamma-demo:        gamma-manifest gamma-compile gamma-explain gamma-envoy gamma-testbed
        gamma-soak:        gamma-manifest gamma-compile gamma-envoy gamma-testbed gamma-bench
        gamma-virtual-services: gamma-testbed
        gamma-tests:
    ",
    tests: "
        gamma-api-server: gamma-manifest gamma-compile gamma-random
        gamma-compile: gamma-golden gamma-random
        gamma-cases:   gamma-golden
        gammactl:      gamma-golden gamma-random gamma-testbed
        gamma-convert: gamma-router gamma-virtual-services
        gamma-diff:    gamma-random
        gamma-playground: gamma-random
        gamma-pattern: gamma-router
        gamma-router:  gamma-pattern
        gamma-tests:   gamma-bake gamma-carried gamma-config gamma-convert gamma-router gamma-manifest gamma-compile gamma-explain gamma-envoy gamma-interpreter gamma-nginx gamma-pattern gamma-random gamma-reference gamma-testbed gamma-virtual-services
    ",
    reserved: "
        kube:          gamma-kube gamma-controller
        kube-cel:      gamma-api-server
        clap:          gamma-explain gamma-controller gammactl
        clap_complete: gammactl
        matchit:       gamma-router
        regex-automata: gamma-pattern
        regex-syntax:  gamma-pattern
        proxy-wasm:    gamma-filter
    ",
};

#[test]
fn crates_depend_only_on_what_the_table_allows() {
    let packages = packages();
    let crates: Vec<_> = packages.iter().map(|package| &*package.name).collect();
    let broken = RULES.broken(&crates, &arrows(&packages));
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The check sees dependencies.
#[test]
fn there_are_arrows() {
    let packages = packages();
    let arrows = arrows(&packages);
    let has = |from, to| {
        arrows
            .iter()
            .any(|arrow| (arrow.from, arrow.to) == (from, to))
    };
    assert!(has("gamma-router", "gamma-config") && has("gamma-filter", "proxy-wasm"));
}

fn arrows(packages: &[Package]) -> Vec<Arrow<'_>> {
    let mut arrows = Vec::new();
    for package in packages {
        arrows.extend(package.dependencies.iter().map(|dependency| Arrow {
            from: &package.name,
            to: &dependency.name,
            is_for_tests: dependency.kind.as_deref() == Some("dev"),
        }));
    }
    arrows
}
