//! What a Service is asked about its ports.

use crate::{
    model::{Service, ServicePort},
    suggest::nearest,
};

impl Service {
    /// Whether routes can be attached to it.
    ///
    /// "headless Services SHOULD NOT be parents: they have no frontend; ExternalName SHOULD NOT"
    /// (GEP-1294)
    pub fn is_frontend(&self) -> bool {
        !self.headless && self.service_type != "ExternalName"
    }

    /// The ports that HTTP can come to.
    pub fn tcp_ports(&self) -> impl Iterator<Item = &ServicePort> {
        self.ports.iter().filter(|port| port.protocol == "TCP")
    }

    /// What to do about a port that it does not have: the port of its pods is a common slip.
    pub fn port_hint(&self, wanted: u16) -> String {
        let of_pods = self.tcp_ports().find(|p| p.target_port == Some(wanted));
        match of_pods {
            Some(port) => format!("{wanted} is the port of its pods: write {}", port.port),
            None => self.port_list(),
        }
    }

    /// What to do about a port that it has not by that name.
    pub fn port_name_hint(&self, wanted: &str) -> String {
        match nearest(wanted, self.tcp_ports().map(|port| &*port.name)) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => self.port_list(),
        }
    }

    /// Its TCP ports as text, for hints.
    pub fn port_list(&self) -> String {
        let ports: Vec<String> = self
            .tcp_ports()
            .map(|port| match &*port.name {
                "" => port.port.to_string(),
                name => format!("{} (`{name}`)", port.port),
            })
            .collect();
        match ports.len() {
            0 => "it has no TCP port".into(),
            _ => format!("it has {}", ports.join(", ")),
        }
    }

    /// Its port of that number.
    pub fn tcp_port(&self, port: u16) -> Option<&ServicePort> {
        self.tcp_ports().find(|candidate| candidate.port == port)
    }
}
