//! The manifests that change, and who has to obey them from when on.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use gamma_testbed::{
    client::{Client, GrpcClient, Request, Response},
    shop::{EditedShop, rule},
};

use crate::{
    editions::{EDITION, Editions},
    talk::Talk,
};

/// The manifests, and what they say in each edition.
pub(crate) struct World {
    pub(crate) shop: EditedShop,
    pub(crate) editions: Arc<Editions>,
    /// Where the first rule sends to, with weights.
    pub(crate) backends: Vec<(String, u32)>,
    /// Its filters besides the one that says of which edition it is, each with a comma before it.
    pub(crate) filters: String,
    /// What else it has, with a comma before it.
    pub(crate) fields: String,
    /// The rules after it.
    pub(crate) rules: Vec<String>,
    /// gRPC servers, by what a call says in `x-to`.
    pub(crate) talks: Vec<(&'static str, Talk)>,
    /// Those that no manifest speaks of any more.
    pub(crate) gone_talks: Vec<(&'static str, Talk)>,
}

/// What has to be seen once a change is acknowledged.
pub(crate) struct Seen {
    pub(crate) request: Request,
    /// Of how many answers one is like that: more than one where endpoints take turns.
    pub(crate) of: usize,
    pub(crate) is: Box<dyn Fn(&Response) -> bool>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self {
            shop: EditedShop::new(),
            editions: Arc::default(),
            backends: vec![("base".into(), 1)],
            filters: String::new(),
            fields: String::new(),
            rules: Vec::new(),
            talks: ["a", "b"].map(|to| (to, Talk::start().unwrap())).into(),
            gone_talks: Vec::new(),
        };
        world.write(true);
        world
    }

    /// Writes the manifests, as another edition if that is what the first rule is now.
    fn write(&mut self, is_edition: bool) {
        if is_edition {
            let services = self.backends.iter().filter(|(_, weight)| *weight > 0);
            let edition = self.editions.begin(services.map(|(name, _)| name.clone()));
            let backends: Vec<_> = self.backends.iter().map(|(n, w)| (&**n, *w)).collect();
            let more = format!(
                ", filters: [{{type: RequestHeaderModifier, requestHeaderModifier: {{set: [{{name: {EDITION}, \
                 value: '{edition}'}}]}}}}{}]{}",
                self.filters, self.fields
            );
            self.shop.rules = vec![rule("/", &backends, &more)];
        }
        self.shop.rules.truncate(1);
        self.shop.rules.extend(self.rules.clone());
        self.shop.more.insert("talk.yaml".into(), self.talk());
        self.shop.save();
    }

    /// The Service `talk`, and one for each server.
    fn talk(&self) -> String {
        let mut text = String::from(
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: talk}\nspec: {ports: [{port: 50051}]}\n",
        );
        let mut rules = String::new();
        for (to, talk) in &self.talks {
            let _ = write!(
                text,
                "---\napiVersion: v1\nkind: Service\nmetadata: {{name: talk-{to}}}\n\
                 spec: {{ports: [{{port: 80, name: grpc, appProtocol: kubernetes.io/h2c}}]}}\n\
                 ---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n\
                 metadata: {{name: talk-{to}-1, labels: {{kubernetes.io/service-name: talk-{to}}}}}\n\
                 addressType: IPv4\nports: [{{name: grpc, port: {}}}]\nendpoints: [{{addresses: [127.0.0.1]}}]\n",
                talk.address().port()
            );
            let _ = write!(
                rules,
                "    - matches: [{{method: {{service: talk.Talk}}, headers: [{{name: x-to, value: {to}}}]}}]\n      \
                 filters: [{{type: ResponseHeaderModifier, responseHeaderModifier: {{set: [{{name: x-routed, \
                 value: {to}}}]}}}}]\n      backendRefs: [{{name: talk-{to}, port: 80}}]\n"
            );
        }
        let route = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: talk}\nspec:\n  \
                     parentRefs: [{group: '', kind: Service, name: talk}]\n  rules:\n";
        text + route + &rules
    }

    /// Lets gammactl write what the manifests say; returns when gammactl does, which is how long that took.
    pub(crate) fn apply(&mut self, is_edition: bool) -> Duration {
        self.write(is_edition);
        let mut command = self.shop.command(&["--drain", "500ms"]);
        let begin = Instant::now();
        let output = command.output().unwrap();
        let took = begin.elapsed();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("Envoy took it"),
            "{output:?}"
        );
        self.editions.acknowledge();
        took
    }

    /// The first requests after a change, over HTTP/1.1 and HTTP/2: each obeys it.
    pub(crate) fn assert_obeyed(&self, address: SocketAddr, seen: &Seen, what: &str) {
        let Seen { request, of, is } = seen;
        let now = self.editions.acknowledged();
        for _ in 0..2 {
            let root = Request::get("front", "/").header("content-type", "text/plain");
            let http1 = Client::new(address).send(&root).unwrap();
            let http2 = GrpcClient::new(address)
                .unwrap()
                .send(&root)
                .unwrap()
                .response;
            for answer in [http1, http2] {
                self.editions.check(now, &answer).expect(what);
            }
        }
        let mut http2 = GrpcClient::new(address).unwrap();
        let request2 = request.clone().header("content-type", "text/plain");
        let answers: Vec<_> = (0..*of)
            .flat_map(|_| {
                let http1 = Client::new(address).send(request).unwrap();
                [http1, http2.send(&request2).unwrap().response]
            })
            .collect();
        let good = answers.iter().filter(|answer| is(answer)).count();
        let wanted = if *of == 1 { answers.len() } else { 1 };
        assert!(good >= wanted, "{what}: {answers:?}");
    }
}
