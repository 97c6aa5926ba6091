//! Reads `corsPolicy` of VirtualServices.

use gamma_config::Cors;
use gamma_manifest::{
    diagnostic::codes,
    yaml::{Field, ObjectReader},
};
use serde_json::{Map, Value, json};

use super::string_match::{StringMatch, StringMatchKind};
use crate::{duration::Millis, findings::Findings, object::texts};

/// CorsPolicy.
#[derive(Debug, Clone)]
pub(super) struct CorsPolicy(Map<String, Value>);

impl CorsPolicy {
    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let mut members = Map::new();
        let old = texts(&mut object, "allowOrigin", findings);
        let mut origins: Vec<String> = old.into_iter().map(|origin| origin.value).collect();
        for field in object.list("allowOrigins", findings) {
            let Some(origin) = StringMatch::read(&field, findings) else {
                continue;
            };
            match origin.kind {
                // A text that no page has as its origin allows none, and `*` for a part of a host is a text to Istio.
                StringMatchKind::Exact(exact)
                    if exact != "*" && (exact.contains('*') || !Cors::is_origin(&exact)) =>
                {
                    findings.say(
                        &codes::NO_SUCH_ACTION,
                        origin.span,
                        format!("`{exact}` is no origin"),
                        "the Gateway API has origins with scheme and host: clients that send this text are not allowed any more",
                        "write it as browsers do, like https://shop.example",
                    );
                }
                StringMatchKind::Exact(exact) => origins.push(exact),
                StringMatchKind::Regex(pattern) if pattern == ".*" => origins.push("*".into()),
                _ => findings.say(
                    &codes::NO_SUCH_ACTION,
                    origin.span,
                    "origins are meant by a prefix or a regular expression",
                    "the Gateway API has whole origins, and `*` for a part of a host: pages of these origins are not allowed \
                     any more",
                    "list the origins; a prefix such as https://a.com also means https://a.com.evil.example",
                ),
            }
        }
        let lists = [
            ("allowOrigins", origins),
            (
                "allowMethods",
                values(&mut object, "allowMethods", findings),
            ),
            (
                "allowHeaders",
                values(&mut object, "allowHeaders", findings),
            ),
            (
                "exposeHeaders",
                values(&mut object, "exposeHeaders", findings),
            ),
        ];
        for (name, list) in lists {
            if !list.is_empty() {
                members.insert(name.into(), list.into());
            }
        }
        if let Some(credentials) = object.boolean("allowCredentials", findings) {
            members.insert("allowCredentials".into(), credentials.value.into());
        }
        if let Some(age) = Millis::read_any(&mut object, "maxAge", findings) {
            let seconds = age.value.0 / 1000;
            if seconds > 0 {
                members.insert("maxAge".into(), seconds.into());
            }
        }
        let unmatched = object.string("unmatchedPreflights", findings);
        object.finish(findings);
        findings.say(
            &codes::BEHAVIOUR_LOST,
            unmatched.map_or(field.node.span, |unmatched| unmatched.span),
            "preflights are answered otherwise, those of other origins too",
            "a CORS filter answers all of them: with 204 instead of 200, and with `*` as it is written where Istio names the origin and \
             the method that ask; preflights of other origins go to the backend in Istio, or as `unmatchedPreflights` says",
            "nothing, unless a backend answers preflights itself",
        );
        Some(Self(members))
    }

    pub(super) fn filter(&self) -> Value {
        json!({"type": "CORS", "cors": self.0})
    }
}

fn values(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    findings: &mut Findings<'_>,
) -> Vec<String> {
    let texts = texts(object, name, findings);
    texts.into_iter().map(|text| text.value).collect()
}
