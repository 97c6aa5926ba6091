//! The report for tools.

use serde_json::{Map, Value, json};

use super::{
    class::FindingClass,
    reported::{ConversionReport, ReportedFinding},
};

impl ConversionReport {
    /// As JSON, indented.
    #[must_use]
    pub fn json(&self) -> String {
        let by_class: Map<String, Value> = FindingClass::ALL
            .into_iter()
            .map(|class| {
                let of_class = self
                    .findings
                    .iter()
                    .filter(|finding| finding.class == class);
                (class.name().into(), of_class.count().into())
            })
            .collect();
        let mut by_service: Map<String, Value> = Map::new();
        for (service, findings) in self.by_service() {
            by_service.insert(service.into(), findings.len().into());
        }
        let coverage = &self.coverage;
        let unread = coverage.unread.iter().map(
            |field| json!({"object": field.object, "field": field.field, "place": field.place}),
        );
        let report = json!({
            "coverage": {
                "fields": coverage.fields,
                "carried": coverage.carried,
                "reported": coverage.reported(),
                "unread": unread.collect::<Value>(),
            },
            "byClass": by_class,
            "byService": by_service,
            "findings": self.by_place().into_iter().map(finding).collect::<Value>(),
        });
        format!("{report:#}\n")
    }
}

fn finding(of: &ReportedFinding) -> Value {
    let source = of.source.as_ref().map(|source| {
        json!({
            "file": source.file,
            "line": source.line,
            "column": source.column,
            "object": source.object,
            "field": source.field,
            "written": source.written,
        })
    });
    let requests = of
        .requests
        .iter()
        .map(|request| json!({"curl": request.curl, "from": request.from, "now": request.now}));
    json!({
        "code": of.code.id,
        "class": of.class.name(),
        "accepted": of.accepted,
        "source": source,
        "services": of.services,
        "text": of.message,
        "why": of.why,
        "instead": of.instead,
        "requests": requests.collect::<Value>(),
    })
}
