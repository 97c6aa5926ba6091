//! Lists in which every encoding is needed, and requests that tell their matches apart.

/// The Services of all lists.
const SERVICES: &str = "\
apiVersion: v1
kind: Service
metadata: {name: echo, namespace: shop}
spec: {selector: {app: echo}, ports: [{name: http, port: 80}, {name: http-two, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: one, namespace: shop}
spec: {selector: {app: one}, ports: [{name: http, port: 80}, {name: http-two, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: two, namespace: shop}
spec: {selector: {app: two}, ports: [{name: http, port: 80}, {name: http-two, port: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: one, namespace: far}
spec: {selector: {app: one}, ports: [{name: http, port: 80}, {name: http-two, port: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: echo, namespace: shop}
spec:
  hosts: [echo]
  http:
";

/// `http` of VirtualServices, without retries.
const LISTS: [&str; 12] = [
    // A general entry before a special one.
    "
    - match: [{headers: {x: {exact: '1'}}}]
      route: [{destination: {host: one}}]
    - match: [{uri: {prefix: /api/v1}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Prefixes of texts that end inside an element, and behind one.
    "
    - match: [{uri: {prefix: /api}}]
      route: [{destination: {host: one}}]
    - match: [{uri: {prefix: /login/}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // A hole that only some of the next entries take.
    "
    - match: [{uri: {prefix: /api/}}]
      route: [{destination: {host: one}}]
      rewrite: {uri: /}
    - match: [{uri: {prefix: /}, method: {exact: POST}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Exceptions, and a missing header that counts as empty.
    "
    - match: [{uri: {prefix: /api/v1/}, withoutHeaders: {x: {exact: '1'}, y: {regex: '1?'}}}]
      route: [{destination: {host: one}}]
    - match: [{withoutHeaders: {x: {exact: ''}}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    "
    - match: [{withoutHeaders: {x: {regex: '[0-9]*'}}}, {withoutHeaders: {y: {}}}]
      route: [{destination: {host: one}}]
    - match: [{headers: {x: {exact: ''}}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // A regular expression behind a prefix that it would overtake.
    "
    - match: [{uri: {prefix: /api/v1/}}, {uri: {exact: /login}}]
      route: [{destination: {host: one}}]
    - match: [{uri: {regex: '/api/v[0-9]+/.*'}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Methods, of which a pattern means several.
    "
    - match: [{method: {regex: 'GET|PUT'}, uri: {prefix: /login}}]
      route: [{destination: {host: one}}]
    - match: [{headers: {':method': {exact: DELETE}}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Values.
    "
    - match: [{headers: {x: {prefix: '1'}}}, {queryParams: {q: {exact: ''}}}]
      route: [{destination: {host: one}}]
    - match: [{headers: {x: {exact: '2'}, y: {}}}, {queryParams: {q: {exact: '1'}}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Large and small letters.
    "
    - match: [{uri: {exact: /Login}, ignoreUriCase: true}, {uri: {prefix: /Api/}, ignoreUriCase: true}]
      route: [{destination: {host: one}}]
    - match: [{uri: {exact: /login/x}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Shares, ports and namespaces.
    "
    - match: [{uri: {prefix: /login}}]
      route:
        - {destination: {host: one.far.svc.cluster.local, port: {number: 8080}}, weight: 3000000}
        - {destination: {host: two}, weight: 1000000}
        - {destination: {host: two}, weight: 2000000}
    - match: [{uri: {prefix: /api}, port: 80}]
      route: [{destination: {host: one.far.svc.cluster.local}}]
    - route: [{destination: {host: echo}, weight: 90}, {destination: {host: two}, weight: 10}]
",
    // Rewrites of what an entry has in common with others.
    "
    - match: [{uri: {prefix: /api}, headers: {x: {exact: '1'}}}]
      rewrite: {uri: /v2}
      route: [{destination: {host: one}}]
    - match: [{uri: {prefix: /api/v1}}, {uri: {exact: /api/v1/x/y}}]
      rewrite: {uri: /old}
      route: [{destination: {host: two}}]
    - match: [{uri: {regex: '/login.*'}}]
      rewrite: {uri: /in}
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
    // Clients of one namespace.
    "
    - match: [{uri: {prefix: /api}, sourceNamespace: near}]
      route: [{destination: {host: one}}]
    - match: [{uri: {exact: /api/v1}}]
      route: [{destination: {host: two}}]
    - route: [{destination: {host: echo}}]
",
];

/// The lists, in full.
pub(super) fn lists() -> impl Iterator<Item = String> {
    LISTS.into_iter().map(|http| {
        let http = http.trim_start_matches('\n');
        let rules = http.replace("      route:", "      retries: {attempts: 0}\n      route:");
        let rules = rules.replace("    - route:", "    - retries: {attempts: 0}\n      route:");
        format!("{SERVICES}{rules}")
    })
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct SentRequest {
    pub(super) method: &'static str,
    pub(super) authority: &'static str,
    /// With its query.
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

/// All requests that are asked.
pub(super) fn requests() -> Vec<SentRequest> {
    let paths = [
        "/",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/x",
        "/api/v1/x/y",
        "/api/v2/x",
        "/apix",
        "/API/v1",
        "/login",
        "/Login",
        "/login/",
        "/login/x",
        "/loginx",
        "/[0-9]",
        "/x",
    ];
    let values = [None, Some(""), Some("1"), Some("12"), Some("2")];
    let mut all = Vec::new();
    for (number, path) in paths.into_iter().enumerate() {
        for (turn, x) in values.into_iter().enumerate() {
            for (more, y) in [None, Some("1")].into_iter().enumerate() {
                // Not everything with everything.
                let turn = number + turn + more;
                let methods = ["GET", ["POST", "PUT", "DELETE"][turn % 3]];
                all.extend(methods.map(|method| {
                    SentRequest {
                        method,
                        authority: ["echo.shop", "echo.shop:8080"][turn / 2 % 2],
                        path: format!("{path}{}", ["", "?q=", "?q=1"][turn / 3 % 3]),
                        headers: [("x", x), ("y", y)]
                            .into_iter()
                            .filter_map(|(name, value)| Some((name, value?)))
                            .collect(),
                    }
                }));
            }
        }
    }
    all
}
