//! Resolves a policy's `targetRefs[]` to a Service or to one of its ports.

use gamma_manifest::{
    BackendTlsPolicy, PolicyTarget, Service, ServicePort,
    diagnostic::Hint,
    source::{Span, Spanned},
    suggest::nearest,
};

use crate::{frontend::ServiceKey, index, index::Index};

/// A Service, or the port of that name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TargetPort<'m> {
    pub(crate) service: ServiceKey<'m>,
    /// Name of a port; `None` for all ports that have no policy of their own.
    section: Option<&'m str>,
}

/// Why a policy is not for what it names.
#[derive(Debug)]
pub(crate) enum TargetFault<'m> {
    /// There is no such thing.
    NotFound {
        /// Where the name of what is missing stands.
        span: Span,
        message: String,
        hint: Hint,
        /// Whether an error of the Service's own says why.
        said: bool,
    },
    /// This policy comes first.
    Conflict(&'m BackendTlsPolicy),
}

pub(crate) fn resolve<'m>(
    namespace: &str,
    target: &'m PolicyTarget,
    index: &Index<'m>,
) -> Result<TargetPort<'m>, TargetFault<'m>> {
    let name = &*target.name.value;
    let kind = index::service_kind(&target.group.value, &target.kind.value);
    let said = kind.is_some_and(|kind| index.is_left_out(kind, namespace, name));
    let not_found = |of: &Spanned<String>, message, hint| TargetFault::NotFound {
        span: of.span,
        message,
        hint,
        said,
    };
    let Some(kind) = kind else {
        let of = match &*target.group.value {
            "" => "the core group".to_owned(),
            group => format!("group `{group}`"),
        };
        let message = format!("targetRef is the {} `{name}` of {of}", target.kind.value);
        let hint = match nearest(&target.kind.value, ["Service", "ServiceImport"]) {
            Some(similar) => Hint::did_you_mean(similar),
            None if target.kind.value == "Service" => {
                "a Service is in the core group: write `group: \"\"`".into()
            }
            None => "name a Service: other targets have controllers of their own".into(),
        };
        return Err(not_found(&target.kind, message, hint));
    };
    let Some(service) = index.service(kind, namespace, name) else {
        let message =
            format!("targetRef names {kind:?} `{namespace}/{name}`, which is not in the input");
        // A policy can't be for a Service of another namespace, as a route can.
        let hint = match index.namespace_of(kind, name) {
            Some(elsewhere) => {
                format!("there is one in namespace `{elsewhere}`: put the policy there").into()
            }
            None => index.absent_hint(kind, namespace, name),
        };
        return Err(not_found(&target.name, message, hint));
    };
    let section = target.section_name.as_ref();
    if let Some(section) = section
        && !service.tcp_ports().any(|port| port.name == section.value)
    {
        let message = format!(
            "{kind:?} `{namespace}/{name}` has no port `{}`",
            section.value
        );
        let number = section.value.parse();
        let by_number = number.ok().and_then(|number| service.tcp_port(number));
        let hint = match by_number {
            Some(port) if !port.name.is_empty() => {
                let hint = format!("a section is the name of a port: write `{}`", port.name);
                Hint::from(hint).replace_by(&*port.name)
            }
            _ => service.port_name_hint(&section.value),
        };
        return Err(not_found(section, message, hint));
    }
    Ok(TargetPort {
        service: ServiceKey::of(service),
        section: section.map(|section| &*section.value),
    })
}

/// What a policy for `port` of `service` may have named, best first.
pub(super) fn of<'s>(
    service: &'s Service,
    port: &'s ServicePort,
) -> impl Iterator<Item = TargetPort<'s>> {
    let service = ServiceKey::of(service);
    let name = Some(&*port.name).filter(|name| !name.is_empty());
    let own = name.map(|name| TargetPort {
        service,
        section: Some(name),
    });
    own.into_iter().chain([TargetPort {
        service,
        section: None,
    }])
}
