//! Reads what Services and EndpointSlices say alike of a port: name, protocol, application protocol.

use std::collections::HashMap;

use super::{cx::Cx, scalar::choice, text};
use crate::{
    diagnostic::{Diagnostic, codes},
    source::{Span, Spanned},
    yaml::{Field, ObjectReader},
};

/// The protocol of a port that names none.
pub(super) const TCP: &str = "TCP";

/// `protocol`: "must be UDP, TCP, or SCTP". One that is none has been said.
pub(super) fn protocol(field: &Field<'_>, cx: &mut Cx<'_>) -> String {
    let protocol = choice(field, &[TCP, "UDP", "SCTP"], cx);
    protocol.map_or(TCP, |protocol| protocol.value).into()
}

/// `name`: a DNS label.
pub(super) fn name(name: &Spanned<String>, path: &str, cx: &mut Cx<'_>) {
    text::label(name, path, cx);
}

/// `appProtocol`: a qualified name, like `http` or `kubernetes.io/h2c`.
pub(super) fn app_protocol(port: &mut ObjectReader<'_>, cx: &mut Cx<'_>) -> Option<String> {
    let protocol = port.string("appProtocol", cx)?;
    text::qualified_name(&protocol, &port.path_to("appProtocol"), cx);
    Some(protocol.value)
}

/// The names of one object's ports, none of which may come twice.
#[derive(Default)]
pub(super) struct PortNames(HashMap<String, Span>);

impl PortNames {
    /// Notes a name, which may be empty. `list` is the path of the ports.
    pub(super) fn add(&mut self, name: &str, span: Span, list: &str, cx: &mut Cx<'_>) {
        let Some(first) = self.0.insert(name.into(), span) else {
            return;
        };
        self.0.insert(name.into(), first);
        let message = match name {
            "" => format!("two of `{list}` have no name"),
            name => format!("two of `{list}` are called `{name}`"),
        };
        cx.leave_out(
            Diagnostic::new(&codes::CONTRADICTION, span, message)
                .why("the API server refuses the object, so it is left out")
                .hint("give each port a name of its own")
                .also(first, "the first one"),
        );
    }
}
