//! The report for people.

use std::collections::BTreeMap;

use super::{
    class::FindingClass,
    reported::{ConversionReport, ReportedFinding},
};

impl ConversionReport {
    /// The findings of each Service, by its full name.
    pub(super) fn by_service(&self) -> BTreeMap<&str, Vec<&ReportedFinding>> {
        let mut services: BTreeMap<&str, Vec<&ReportedFinding>> = BTreeMap::new();
        for finding in &self.findings {
            for service in &finding.services {
                services.entry(service).or_default().push(finding);
            }
        }
        services
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let coverage = &self.coverage;
        let mut text = String::from("# What became of the source\n\n");
        text.push_str(&format!(
            "{} of {} fields are carried over, {} are in a finding.\n",
            coverage.carried,
            coverage.fields,
            coverage.reported(),
        ));
        for field in &coverage.unread {
            text.push_str(&format!(
                "\n**Overlooked, which is a mistake of the conversion:** `{}` of {} at {}.\n",
                field.field, field.object, field.place
            ));
        }
        if self.findings.is_empty() {
            text.push_str(
                "\nEvery request is decided and answered as before, and nothing else is lost.\n",
            );
            return text;
        }
        text.push_str("\n| | findings | accepted |\n|---|---|---|\n");
        for class in FindingClass::ALL {
            let of_class = self
                .findings
                .iter()
                .filter(|finding| finding.class == class);
            let accepted = of_class.clone().filter(|finding| finding.accepted);
            text.push_str(&format!(
                "| {class} | {} | {} |\n",
                of_class.count(),
                accepted.count()
            ));
        }
        let services = self.by_service();
        if !services.is_empty() {
            text.push_str("\n| Service | findings |\n|---|---|\n");
            for (service, findings) in services {
                let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code.id).collect();
                codes.sort_unstable();
                codes.dedup();
                text.push_str(&format!(
                    "| {service} | {}: {} |\n",
                    findings.len(),
                    codes.join(", ")
                ));
            }
        }
        for class in FindingClass::ALL {
            let of_class = self
                .by_place()
                .into_iter()
                .filter(|finding| finding.class == class);
            let entries: Vec<String> = of_class.map(entry).collect();
            if !entries.is_empty() {
                text.push_str(&format!("\n## {class}\n\n{}", entries.join("\n")));
            }
        }
        text
    }
}

fn entry(of: &ReportedFinding) -> String {
    let mut lines = vec![format!("### {}: {}", of.code.id, of.message), String::new()];
    if let Some(source) = &of.source {
        let place = format!("{}:{}:{}", source.file, source.line, source.column);
        let object = source.object.as_deref().unwrap_or_default();
        let field = match &*source.field {
            "" => String::new(),
            field => format!(", `{field}`"),
        };
        lines.push(format!("- {place}, {object}{field}"));
        if let Some(written) = source.written.as_ref().filter(|text| !text.contains('`')) {
            lines.push(format!("- as written: `{written}`"));
        }
    }
    let mut said = |what: &str, text: &str| lines.push(format!("- {what}{text}"));
    if !of.services.is_empty() {
        said("Services: ", &of.services.join(", "));
    }
    if let Some(why) = &of.why {
        said("", why);
    }
    if let Some(instead) = &of.instead {
        said("instead: ", instead);
    }
    if of.accepted {
        said("", "accepted");
    }
    if !of.requests.is_empty() {
        lines.extend([String::new(), "```sh".into()]);
        for request in &of.requests {
            let now = request.now.as_ref().map(|now| format!("now {now}"));
            let from = request.from.as_ref();
            let from = from.map(|from| format!("in namespace {from}"));
            let said: Vec<String> = from.into_iter().chain(now).collect();
            let comment = match &*said {
                [] => String::new(),
                said => format!("  # {}", said.join(": ")),
            };
            lines.push(format!("{}{comment}", request.curl));
        }
        lines.push("```".into());
    }
    lines.join("\n") + "\n"
}
