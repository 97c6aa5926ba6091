//! What Istio says of connections to a subset: its own policy over that of its DestinationRule.

use std::collections::BTreeMap;

use gamma_manifest::{source::Span, yaml::Field};
use serde_json::{Map, Value};

use crate::{findings::Findings, object::value};

/// TrafficPolicy, as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TrafficPolicy {
    pub(super) members: Map<String, Value>,
    pub(super) span: Span,
}

/// What is said for one port in the place of what is said for all.
const FOR_PORTS: &str = "portLevelSettings";
/// What a port's settings are about. "Port level policies do not inherit": what is absent there is the default.
const OF_A_PORT: [&str; 4] = ["loadBalancer", "connectionPool", "outlierDetection", "tls"];

impl TrafficPolicy {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let Value::Object(members) = value(field.node) else {
            return None;
        };
        findings.carried(field);
        let span = field.node.span;
        Some(Self { members, span })
    }

    /// What holds for a subset: its own policy over that of all, member by member, for each port by itself.
    pub(super) fn over(of_subset: Option<&Self>, of_all: Option<&Self>) -> Option<Self> {
        let (Some(own), Some(common)) = (of_subset, of_all) else {
            return of_subset.or(of_all).cloned();
        };
        let mut members = common.members.clone();
        members.remove(FOR_PORTS);
        for (name, member) in own.members.iter().filter(|(name, _)| *name != FOR_PORTS) {
            members.insert(name.clone(), member.clone());
        }
        let mut ports = common.ports();
        for settings in ports.values_mut() {
            for name in OF_A_PORT {
                if let Some(member) = own.members.get(name) {
                    settings[name] = member.clone();
                }
            }
        }
        ports.extend(own.ports());
        if !ports.is_empty() {
            members.insert(FOR_PORTS.into(), ports.into_values().collect());
        }
        Some(Self {
            members,
            span: own.span,
        })
    }

    fn ports(&self) -> BTreeMap<u64, Value> {
        let settings = self.members.get(FOR_PORTS).and_then(Value::as_array);
        let settings = settings.into_iter().flatten();
        settings
            .filter_map(|of| Some((of["port"]["number"].as_u64()?, of.clone())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(text: Value) -> TrafficPolicy {
        let Value::Object(members) = text else {
            panic!("{text}");
        };
        let span = Span {
            file: 0,
            start: 0,
            end: 0,
        };
        TrafficPolicy { members, span }
    }

    #[test]
    fn what_a_subset_says_stands_over_what_all_have() {
        let all =
            policy(json!({"loadBalancer": {"simple": "RANDOM"}, "tls": {"mode": "ISTIO_MUTUAL"}}));
        let own = policy(json!({"loadBalancer": {"simple": "LEAST_REQUEST"}}));
        let both = policy(
            json!({"loadBalancer": {"simple": "LEAST_REQUEST"}, "tls": {"mode": "ISTIO_MUTUAL"}}),
        );
        assert_eq!(TrafficPolicy::over(Some(&own), Some(&all)), Some(both));
        assert_eq!(TrafficPolicy::over(None, Some(&all)), Some(all.clone()));
        assert_eq!(TrafficPolicy::over(Some(&own), None), Some(own));
        assert_eq!(TrafficPolicy::over(None, None), None);
    }

    /// A port's settings are what all others are laid over; those that a subset has for the port replace everything.
    #[test]
    fn settings_of_ports_are_laid_over_each_other_by_ports() {
        let all = policy(json!({
            "loadBalancer": {"simple": "RANDOM"},
            "portLevelSettings": [
                {"port": {"number": 80}, "connectionPool": {"tcp": {"maxConnections": 1}}},
                {"port": {"number": 81}, "connectionPool": {"tcp": {"maxConnections": 2}}},
            ],
        }));
        let own = policy(json!({
            "outlierDetection": {"consecutive5xxErrors": 3},
            "portLevelSettings": [{"port": {"number": 81}, "tls": {"mode": "DISABLE"}}],
        }));
        let both = policy(json!({
            "loadBalancer": {"simple": "RANDOM"},
            "outlierDetection": {"consecutive5xxErrors": 3},
            "portLevelSettings": [
                {"port": {"number": 80}, "connectionPool": {"tcp": {"maxConnections": 1}},
                 "outlierDetection": {"consecutive5xxErrors": 3}},
                {"port": {"number": 81}, "tls": {"mode": "DISABLE"}},
            ],
        }));
        assert_eq!(TrafficPolicy::over(Some(&own), Some(&all)), Some(both));
    }
}
