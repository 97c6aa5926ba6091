//! The JSON of a diff that tools read. `docs/commands/diff.md` describes its shape.

use gamma_compile::Share;
use gamma_explain::request::Simulated;
use serde_json::{Map, Value, json};

use super::{
    differences::Difference,
    model::{Clients, DecisionChange, Diff, RuleOutcome, ServiceDiff, TableDiff},
    outcome::AnsweredBy,
    text,
};

impl Diff {
    /// The diff as JSON for tools.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        render(self)
    }
}

fn render(diff: &Diff) -> Value {
    json!({
        "changed": diff.is_change(),
        "settings": diff.settings.iter().map(difference).collect::<Vec<_>>(),
        "services": diff.services.iter().map(service).collect::<Vec<_>>(),
    })
}

fn service(service: &ServiceDiff) -> Value {
    let there = |is_new: bool| -> Vec<&str> {
        let those = service.presence.iter().filter(|p| p.is_new == is_new);
        those.map(|p| &*p.what).collect()
    };
    json!({
        "kind": format!("{:?}", service.kind),
        "namespace": service.namespace,
        "name": service.name,
        "added": there(true),
        "removed": there(false),
        "tables": service.tables.iter().map(table).collect::<Vec<_>>(),
    })
}

fn table(table: &TableDiff) -> Value {
    let (from, but) = match &table.clients {
        Clients::Of(namespace) => (Some(namespace), None),
        Clients::AllBut(others) => (None, Some(others)),
    };
    let mut object = json!({
        "port": table.port,
        "clients": {},
        "changes": table.changes.iter().map(change).collect::<Vec<_>>(),
        "limits": table.limits,
    });
    if let Some(from) = from {
        object["clients"]["namespace"] = json!(from);
    }
    if let Some(but) = but {
        object["clients"]["notIn"] = json!(but);
    }
    object
}

fn change(change: &DecisionChange) -> Value {
    json!({
        "requests": change.requests.iter().map(request).collect::<Vec<_>>(),
        "before": outcome(&change.before),
        "after": outcome(&change.after),
        "differences": change.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn request(request: &Simulated) -> Value {
    let headers = request.headers.iter().map(|header| {
        let value = String::from_utf8_lossy(&header.value);
        json!({"name": header.name, "value": value})
    });
    let mut object = json!({
        "curl": text::curl(request),
        "method": request.line.method,
        "scheme": request.line.scheme,
        "authority": request.line.authority,
        "path": request.line.path,
        "headers": headers.collect::<Vec<_>>(),
    });
    if let Some(from) = &request.from {
        object["from"] = json!(from);
    }
    if let Some(destination) = request.destination {
        object["destination"] = json!(destination.to_string());
    }
    object
}

fn outcome(decided: &RuleOutcome) -> Value {
    let mut object = Map::new();
    if let Some(rule) = &decided.rule {
        let mut of_rule = json!({"route": rule.route, "name": rule.name});
        if let Some(place) = &rule.place {
            of_rule["file"] = json!(place.file);
            of_rule["line"] = json!(place.line);
            of_rule["column"] = json!(place.column);
        }
        object.insert("rule".into(), of_rule);
    }
    let answers = decided.outcome.treatments.iter().map(|(share, treatment)| {
        let Share {
            numerator,
            denominator,
        } = share;
        let mut object = json!({
            "share": format!("{numerator}/{denominator}"),
            "percent": share.percent(),
        });
        match &treatment.answered_by {
            AnsweredBy::PassThrough => object["passThrough"] = json!(true),
            AnsweredBy::Cluster(cluster) => object["cluster"] = json!(cluster),
            AnsweredBy::Redirect { status, location } => {
                object["status"] = json!(status);
                object["location"] = json!(location);
            }
            AnsweredBy::Preflight => object["status"] = json!(204),
            AnsweredBy::Error { status, reason } => {
                object["status"] = json!(status);
                object["reason"] = json!(reason);
            }
        }
        object["effects"] = json!(treatment.effects);
        object
    });
    object.insert("answers".into(), answers.collect());
    object.into()
}

fn difference(difference: &Difference) -> Value {
    json!({
        "what": difference.what,
        "before": difference.before,
        "after": difference.after,
    })
}
