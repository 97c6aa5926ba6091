//! What is written beside and around the routes of random lists: it passes `check --strict`, its cases pass, and nothing is
//! overlooked.

use std::collections::BTreeSet;

use fastrand::Rng;
use gamma_cases::CaseFile;
use gamma_compile::{compilation, lint};
use gamma_convert::{Conversion, ConversionOptions, DataPlane, PrefixStyle, convert};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};

use gamma_virtual_services::{
    random,
    source::{service, virtual_service},
};

use crate::{manifests, services_alone};

/// Lists that are tried.
const LISTS: usize = 60;

fn written(conversion: &Conversion, services: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("services.yaml", services);
    for file in &conversion.files {
        sources.add(&*file.path, &*file.text);
    }
    sources
}

/// What `gammactl check --strict` says.
fn checked(sources: &Sources) -> Diagnostics {
    let mut said = Diagnostics::default();
    let manifests = decode(sources, "default", &mut said);
    let options = gamma_compile::Options::default();
    compilation(&manifests, &options, &mut said);
    lint(&manifests, &options, &mut said);
    said.retain(|finding| finding.code.severity != Severity::Note);
    said
}

#[test]
fn what_is_written_passes_check_and_its_own_cases() {
    let mut rng = Rng::with_seed(7);
    let mut requests = 0;
    for number in 0..LISTS {
        let rules = random::rules(&mut rng);
        let mut source = Sources::default();
        source.add("source.yaml", manifests(&rules));
        let prefixes = match number % 3 {
            0 => PrefixStyle::Elements,
            _ => PrefixStyle::Exact,
        };
        let options = ConversionOptions {
            prefixes,
            keep_default_retries: number % 2 == 0,
            ..ConversionOptions::default()
        };
        let conversion = convert(&source, &options);
        let explain = || {
            format!(
                "list {number}: {}\n{:#?}",
                manifests(&rules),
                conversion.files
            )
        };
        assert_eq!(conversion.report.coverage.unread, [], "{}", explain());
        let cluster = written(&conversion, &services_alone(&rules));
        let said = checked(&cluster);
        // A rule without a backend stands for what no route does.
        let is_narrow = conversion
            .diagnostics
            .iter()
            .any(|finding| ["G706", "G708", "G709"].contains(&finding.code.id));
        assert!(
            said.iter()
                .all(|finding| is_narrow && finding.code.id == "G304"),
            "{said:?}\n{}",
            explain()
        );
        for file in &conversion.beside {
            if !file.path.ends_with(".cases.yaml") {
                continue;
            }
            let file = CaseFile {
                name: file.path.clone(),
                text: file.text.clone(),
            };
            let result = gamma_cases::run(&file, Some(&cluster), |_| {});
            requests += result.tests.len();
            for test in &result.tests {
                let findings = (&test.findings, &test.of_manifests);
                assert!(
                    test.passed(),
                    "{}: {findings:?}\n{}\n{}",
                    test.name,
                    file.text,
                    explain()
                );
            }
        }
    }
    assert!(requests > LISTS * 5, "{requests} requests");
}

/// Each match that the proof compares has a request of its own, unless others take all of its requests.
#[test]
fn every_rule_is_asked_for() {
    let mut rng = Rng::with_seed(8);
    let (mut asked, mut all) = (0, 0);
    for _ in 0..LISTS {
        let rules = random::rules(&mut rng);
        let mut source = Sources::default();
        source.add("source.yaml", manifests(&rules));
        let conversion = convert(&source, &ConversionOptions::default());
        let cases: Vec<&str> = conversion
            .beside
            .iter()
            .filter(|file| file.path.ends_with(".cases.yaml"))
            .map(|file| &*file.text)
            .collect();
        for (number, _) in rules.iter().enumerate() {
            let target = format!("shop/to-{number}:80");
            let is_there = |texts: &[&str]| texts.iter().any(|text| text.contains(&target));
            let routes: Vec<&str> = conversion
                .files
                .iter()
                .filter(|file| file.path.starts_with("02-routes/"))
                .map(|file| &*file.text)
                .collect();
            let named = format!("name: to-{number}\n");
            if routes.iter().any(|text| text.contains(&named)) {
                all += 1;
                asked += usize::from(is_there(&cases));
            }
        }
    }
    assert!(
        asked * 100 >= all * 97,
        "{asked} of {all} backends are asked"
    );
}

/// The same whatever the order of the files and of the objects in them.
#[test]
fn the_order_of_the_input_does_not_matter() {
    let mut rng = Rng::with_seed(9);
    for _ in 0..10 {
        let rules = random::rules(&mut rng);
        let text = manifests(&rules);
        let (begin, end) = (services_alone(&rules), text);
        let other = [
            services_alone(&rules),
            service("echo-two", "echo-two"),
            virtual_service("echo-two", &rules),
        ]
        .join("---\n");
        let files = [("a.yaml", &begin), ("b.yaml", &end), ("c.yaml", &other)];
        let outputs: BTreeSet<String> = [[0, 1, 2], [2, 1, 0], [1, 2, 0]]
            .into_iter()
            .map(|order| {
                let mut source = Sources::default();
                for number in order {
                    let (name, text) = files[number];
                    source.add(name, text.as_str());
                }
                let conversion = convert(&source, &ConversionOptions::default());
                let all = conversion.files.iter().chain(&conversion.beside);
                let texts: Vec<String> = all
                    .map(|file| format!("{}\n{}", file.path, file.text))
                    .collect();
                format!("{}\n{}", texts.join("\n"), conversion.report.json())
            })
            .collect();
        let first = outputs.first().unwrap();
        for other in &outputs {
            let differ = first.lines().zip(other.lines()).find(|(a, b)| a != b);
            assert_eq!(differ, None);
        }
    }
}

/// Every field that the two kinds have is carried over or said.
const EVERY_FIELD: &str = r#"
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: shop}
spec: {selector: {app: echo}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: echo, namespace: shop}
spec:
  host: echo
  exportTo: ["*"]
  workloadSelector: {matchLabels: {app: web}}
  trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}], connectionPool: {http: {maxRetries: 1}}}
  subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {name: c, ttl: 0s}}}}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: echo, namespace: shop}
spec:
  hosts: [echo]
  gateways: [mesh]
  exportTo: ["*"]
  http:
    - name: all
      match:
        - name: first
          statPrefix: first
          uri: {prefix: /a}
          ignoreUriCase: false
          scheme: {exact: http}
          method: {exact: GET}
          authority: {exact: echo}
          headers: {x: {exact: "1"}, z: {regex: "a|b"}}
          withoutHeaders: {w: {}}
          queryParams: {q: {prefix: a}}
          port: 80
          sourceLabels: {app: web}
          sourceNamespace: far
        - {uri: {exact: /b}, gateways: [mesh], sourceNamespace: other}
      route:
        - destination: {host: echo, subset: v1, port: {number: 80}}
          weight: 1
          headers: {request: {set: {a: b}, add: {c: d}, remove: [e]}, response: {set: {f: g}}}
        - {destination: {host: echo}, weight: 3}
      rewrite: {uri: /c, authority: other.example.com}
      timeout: 3s
      retries: {attempts: 2, perTryTimeout: 1s, retryOn: "5xx,cancelled", backoff: 10ms, retryRemoteLocalities: true, retryIgnorePreviousHosts: false}
      fault: {delay: {percentage: {value: 5}, fixedDelay: 1s}, abort: {percentage: {value: 5}, httpStatus: 500}}
      mirror: {host: echo, subset: v1}
      mirrorPercentage: {value: 5}
      mirrors: [{destination: {host: echo}, percentage: {value: 1.5}}]
      corsPolicy: {allowOrigins: [{exact: "https://a.example"}, {prefix: "https://b."}], allowMethods: [GET], allowHeaders: [a], exposeHeaders: [b], maxAge: 1500ms, allowCredentials: true, unmatchedPreflights: IGNORE}
      headers: {request: {set: {h: "%REQ(x)%"}}}
    - match: [{uri: {prefix: /r}}]
      redirect: {uri: /n, authority: "a.example:8080", scheme: https, redirectCode: 302, derivePort: FROM_REQUEST_PORT}
    - match: [{uri: {prefix: /d}}]
      directResponse: {status: 410, body: {string: gone}}
    - match: [{uri: {prefix: /g}}]
      delegate: {name: other, namespace: shop}
    - match: [{uri: {prefix: /x}}]
      rewrite: {uriRegexRewrite: {match: "a", rewrite: "b"}}
      route: [{destination: {host: echo}}]
    - route: [{destination: {host: echo}}]
  tcp: [{route: [{destination: {host: echo, port: {number: 9000}}}]}]
  tls: [{match: [{sniHosts: [echo]}], route: [{destination: {host: echo}}]}]
"#;

#[test]
fn no_field_is_overlooked() {
    for data_plane in [DataPlane::Istio, DataPlane::Envoy] {
        let mut source = Sources::default();
        source.add("source.yaml", EVERY_FIELD);
        let options = ConversionOptions {
            data_plane,
            ..ConversionOptions::default()
        };
        let conversion = convert(&source, &options);
        let coverage = &conversion.report.coverage;
        assert_eq!(coverage.unread, []);
        // Nothing was left out.
        assert_eq!(conversion.objects, 2, "{:#?}", conversion.diagnostics);
        assert!(
            coverage.carried > 50 && coverage.reported() > 20,
            "{coverage:?}"
        );
    }
}
