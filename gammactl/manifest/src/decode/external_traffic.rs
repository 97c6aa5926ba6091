//! Reads what a Service says of traffic from outside of the cluster. Nothing of it routes; what an API server
//! refuses in it keeps the whole Service out.

use std::net::IpAddr;

use super::{
    cx::Cx,
    scalar::{choice, written},
    text,
};
use crate::{
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};

/// Members of a Service of type LoadBalancer: "may only be used when `type` is 'LoadBalancer'".
const OF_LOAD_BALANCERS: [&str; 2] = ["loadBalancerClass", "loadBalancerSourceRanges"];

pub(super) fn external_traffic(spec: &mut ObjectReader<'_>, service_type: &str, cx: &mut Cx<'_>) {
    let external_ips = spec.list("externalIPs", cx);
    for field in &external_ips {
        external_ip(field, cx);
    }
    let balanced = service_type == "LoadBalancer";
    let accessible = match service_type {
        "NodePort" | "LoadBalancer" => true,
        "ClusterIP" => !external_ips.is_empty(),
        _ => false,
    };
    policy(spec, accessible, cx);
    spec.string("loadBalancerIP", cx);
    spec.boolean("allocateLoadBalancerNodePorts", cx);
    for name in OF_LOAD_BALANCERS {
        let Some(field) = spec.take(name, cx) else {
            continue;
        };
        let is_list = name != "loadBalancerClass";
        if is_list && field.is_empty_list() {
            continue;
        }
        if !balanced {
            let message = format!(
                "`{}` is set, and the Service is of type {service_type}",
                field.path
            );
            let hint = format!("remove `{name}`, or write `type: LoadBalancer`");
            cx.refuse(&codes::CONTRADICTION, field.node.span, message, hint);
        } else if !is_list {
            if let Some(class) = field.string(cx) {
                text::qualified_name(&class, &field.path, cx);
            }
        } else {
            for range in field.list(cx) {
                source_range(&range, cx);
            }
        }
    }
}

/// "may only be set for externally-accessible services"
fn policy(spec: &mut ObjectReader<'_>, accessible: bool, cx: &mut Cx<'_>) {
    let Some(field) = written(spec, "externalTrafficPolicy", cx) else {
        return;
    };
    let known = choice(&field, &["Cluster", "Local"], cx);
    if known.is_some() && !accessible {
        let message = format!(
            "`{}` is set, and nobody reaches the Service from outside",
            field.path
        );
        let hint = "remove it, or write `type: NodePort` or `type: LoadBalancer`";
        cx.refuse(&codes::CONTRADICTION, field.node.span, message, hint);
    }
}

/// `ValidateEndpointIP`: an address that can be one machine's, other than the own one's.
fn external_ip(field: &Field<'_>, cx: &mut Cx<'_>) {
    let Some(text) = field.string(cx) else {
        return;
    };
    let is_external = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => !v4.is_link_local() && !v4.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(v6) => {
            let multicast = v6.segments()[0] & 0xff0f == 0xff02;
            !v6.is_unicast_link_local() && !multicast && v6.to_ipv4_mapped().is_none()
        }
    };
    let ip = text.value.parse::<IpAddr>().ok();
    if !ip.is_some_and(|ip| !ip.is_loopback() && !ip.is_unspecified() && is_external(ip)) {
        let message = format!("`{}` is {:?}", field.path, text.value);
        let hint = "write an IP address that is reached from outside, like 203.0.113.7";
        cx.refuse(&codes::INVALID_VALUE, text.span, message, hint);
    }
}

/// "must be a valid CIDR value", with white space around it for reasons of history.
fn source_range(field: &Field<'_>, cx: &mut Cx<'_>) {
    let Some(text) = field.string(cx) else {
        return;
    };
    let range = text.value.trim().split_once('/');
    let good = range.is_some_and(|(ip, length)| {
        let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
        let most = match ip.parse() {
            Ok(IpAddr::V4(_)) => 32,
            Ok(IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        digits && length.parse::<u8>().is_ok_and(|length| length <= most)
    });
    if !good {
        let message = format!("`{}` is {:?}", field.path, text.value);
        let hint = "write a range of addresses, like 203.0.113.0/24";
        cx.refuse(&codes::INVALID_VALUE, text.span, message, hint);
    }
}
