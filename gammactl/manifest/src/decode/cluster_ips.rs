//! Reads the addresses of Services and ServiceImports, and their IP families.

use std::net::IpAddr;

use super::{
    cx::Cx,
    scalar::{choice, list, written},
};
use crate::{
    AddressType,
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::ObjectReader,
};

/// What a Service says about its addresses.
#[derive(Default)]
pub(super) struct Addresses {
    pub(super) cluster_ips: Vec<Spanned<IpAddr>>,
    /// Where it says `None`.
    pub(super) headless: Option<Span>,
    /// `ipFamilies`.
    pub(super) families: Vec<AddressType>,
}

pub(super) fn of_service(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Addresses {
    let single = written(spec, "clusterIP", cx);
    let several = list(spec, "clusterIPs", 2, cx);
    if let (Some(single), Some(first)) = (&single, several.first())
        && single.node.as_str() != first.node.as_str()
    {
        // "first value must match `clusterIP`"
        let message = format!("`{}` is not `{}`", single.path, first.path);
        let hint = "write the same address in both, or leave `clusterIPs` out";
        cx.refuse(&codes::CONTRADICTION, first.node.span, message, hint);
    }
    if let (None, Some(first)) = (&single, several.first()) {
        // "must be empty when `clusterIP` is not specified"
        let message = "`spec.clusterIPs` is set, and `spec.clusterIP` is not";
        let hint = match first.node.as_str() {
            Some(text) if !text.is_empty() => format!("add `clusterIP: {text}`: the first of them"),
            _ => "remove it".into(),
        };
        cx.refuse(&codes::CONTRADICTION, first.node.span, message, hint);
    }
    let fields = if several.is_empty() {
        single.into_iter().collect()
    } else {
        several
    };
    let mut addresses = Addresses {
        families: families(spec, cx),
        ..Addresses::default()
    };
    for field in &fields {
        match field.string(cx) {
            Some(text) if text.value == "None" && fields.len() == 1 => {
                addresses.headless = Some(text.span);
            }
            Some(text) if text.value == "None" => {
                // "'None' must be the first and only value"
                let message = format!("`{}` is `None`, beside another", field.path);
                let hint = "write `None` alone, or addresses";
                cx.refuse(&codes::CONTRADICTION, text.span, message, hint);
            }
            Some(text) if text.value.is_empty() => {}
            Some(text) => addresses
                .cluster_ips
                .extend(address(&text, &field.path, cx)),
            None => {}
        }
    }
    if let [first, second] = addresses.cluster_ips.as_slice()
        && first.value.is_ipv4() == second.value.is_ipv4()
    {
        let message = "`spec.clusterIPs` has two addresses of one IP family";
        let hint = "write one of IPv4 and one of IPv6, or one alone";
        cx.refuse(&codes::CONTRADICTION, second.span, message, hint);
    } else {
        fit(&addresses, cx);
    }
    policy(spec, &addresses, cx);
    addresses
}

pub(super) fn of_import(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Vec<Spanned<IpAddr>> {
    let mut ips = Vec::new();
    for field in list(spec, "ips", 2, cx) {
        if let Some(text) = field.string(cx) {
            ips.extend(address(&text, &field.path, cx));
        }
    }
    ips
}

fn families(spec: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Vec<AddressType> {
    let mut families = Vec::new();
    for field in spec.list("ipFamilies", cx) {
        let family = match choice(&field, &["IPv4", "IPv6"], cx) {
            Some(name) if name.value == "IPv4" => AddressType::Ipv4,
            Some(_) => AddressType::Ipv6,
            None => continue,
        };
        if families.contains(&family) {
            let message = format!("`spec.ipFamilies` has `{}` twice", family.as_str());
            cx.refuse(
                &codes::CONTRADICTION,
                field.node.span,
                message,
                "remove one",
            );
        } else {
            families.push(family);
        }
    }
    families
}

/// Each address is of the family in its place: "expected an IPv4 value as indicated by `ipFamilies[0]`".
fn fit(addresses: &Addresses, cx: &mut Cx<'_>) {
    for (ip, family) in addresses.cluster_ips.iter().zip(&addresses.families) {
        if ip.value.is_ipv4() != (*family == AddressType::Ipv4) {
            let family = family.as_str();
            let message = format!(
                "cluster IP {} is not of {family}, its `ipFamilies`",
                ip.value
            );
            let hint = format!("write an address of {family}, or change `ipFamilies`");
            cx.refuse(&codes::CONTRADICTION, ip.span, message, hint);
        }
    }
}

/// "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified"
fn policy(spec: &mut ObjectReader<'_>, addresses: &Addresses, cx: &mut Cx<'_>) {
    const POLICIES: [&str; 3] = [SINGLE, "PreferDualStack", "RequireDualStack"];
    const SINGLE: &str = "SingleStack";
    let Some(field) = spec.take("ipFamilyPolicy", cx) else {
        return;
    };
    let single = choice(&field, &POLICIES, cx).is_some_and(|policy| policy.value == SINGLE);
    if single && (addresses.cluster_ips.len() > 1 || addresses.families.len() > 1) {
        let message = format!(
            "`{}` is {SINGLE}, and there are two IP families",
            field.path
        );
        let hint = "write `PreferDualStack` or `RequireDualStack`, or name one family";
        cx.refuse(&codes::CONTRADICTION, field.node.span, message, hint);
    }
}

fn address(text: &Spanned<String>, path: &str, cx: &mut Cx<'_>) -> Option<Spanned<IpAddr>> {
    let value = match text.value.parse() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => None,
        parsed => parsed.ok(),
    };
    let Some(value) = value else {
        cx.refuse(
            &codes::INVALID_VALUE,
            text.span,
            format!("`{path}` is {:?}", text.value),
            "use an IP address, or `None`",
        );
        return None;
    };
    Some(Spanned {
        value,
        span: text.span,
    })
}
