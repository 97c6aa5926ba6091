//! The limits that Kubernetes sets to the size of an object.

use gamma_config::Config;
use gamma_manifest::diagnostic::{Code, Diagnostic, Diagnostics, codes};

use super::object::IstioObject;

/// Where `kubectl apply` without `--server-side` keeps a copy of an object: the annotations of one
/// may have 256 KiB together.
const ANNOTATIONS: usize = 256 * 1024;
/// Above this there is little room for what Kubernetes itself adds to an object.
const COMFORTABLE: usize = 1024 * 1024;
/// etcd refuses larger requests, unless it was started with another `--max-request-bytes`.
const MOST: usize = 1536 * 1024;

/// How large an object is as Kubernetes stores it: JSON without white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Size(usize);

impl Size {
    /// The size of an object.
    pub(super) fn of(object: &IstioObject) -> Self {
        Self(object.0.to_string().len())
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MIB: usize = 1024 * 1024;
        match self.0 {
            bytes if bytes < MIB => write!(f, "{} KiB", bytes.div_ceil(1024)),
            bytes => write!(f, "{:.1} MiB", bytes as f64 / MIB as f64),
        }
    }
}

/// Says which objects are too large for `kubectl apply`, or for Kubernetes at all. `split` says
/// whether there is a pair of them for each namespace already.
pub fn check_sizes(objects: &[IstioObject], config: &Config, split: bool, found: &mut Diagnostics) {
    let mut largest: Vec<(Size, &IstioObject)> = objects.iter().map(|o| (Size::of(o), o)).collect();
    largest.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let Some((size, object)) = largest.first() else {
        return;
    };
    let over = |limit: usize| largest.iter().filter(|(size, _)| size.0 > limit).count();
    let (code, limit, why): (&'static Code, _, _) = match size.0 {
        0..=ANNOTATIONS => return,
        bytes if bytes > MOST => (
            &codes::OBJECT_TOO_LARGE,
            MOST,
            "etcd takes no request larger than 1.5 MiB, so the API server refuses the object",
        ),
        bytes if bytes > COMFORTABLE => (
            &codes::OBJECT_LARGE,
            COMFORTABLE,
            "etcd takes 1.5 MiB in one request, and Kubernetes adds to what is stored",
        ),
        _ => (
            &codes::OBJECT_LARGE,
            ANNOTATIONS,
            "`kubectl apply` keeps a copy in an annotation, and annotations have 256 KiB at most",
        ),
    };
    let others = match over(limit) {
        0 | 1 => String::new(),
        count => format!(", and {} more are too large", count - 1),
    };
    found.push(Diagnostic {
        code,
        message: format!("{} has {size}{others}", object.full_name()),
        span: None,
        why: Some(why.into()),
        hint: Some(match limit {
            _ if is_plain(object) => "compress it with --config-format gzip".into(),
            ANNOTATIONS => "apply it with `kubectl apply --server-side`".into(),
            _ => smaller(config, split),
        }),
        fix: None,
        also: None,
    });
}

/// Whether the object is a plugin whose route config takes more space than it has to.
fn is_plain(object: &IstioObject) -> bool {
    let config = object.0.pointer("/spec/pluginConfig");
    config.is_some_and(|config| config.get("gzip").is_none())
}

/// The way to smaller objects.
fn smaller(config: &Config, split: bool) -> String {
    let heaviest = config
        .services
        .iter()
        .map(|service| {
            (
                serde_json::to_string(service).map_or(0, |json| json.len()),
                service,
            )
        })
        .max_by_key(|(bytes, _)| *bytes);
    let heaviest = heaviest.map_or_else(String::new, |(bytes, service)| {
        format!(
            " (the largest is {}/{} with {})",
            service.namespace,
            service.name,
            Size(bytes)
        )
    });
    if split {
        format!("name the Services that the clients call with --services, such as './*'{heaviest}")
    } else {
        format!("give each namespace its own with --split-by-namespace{heaviest}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_limit_has_a_way_out() {
        // Size, code and a part of the hint.
        let table = [
            (1_000, None, ""),
            (ANNOTATIONS, None, ""),
            (ANNOTATIONS + 1, Some("G602"), "--server-side"),
            (COMFORTABLE + 1, Some("G602"), "--split-by-namespace"),
            (MOST + 1, Some("G603"), "--split-by-namespace"),
        ];
        for (bytes, code, hint) in table {
            let empty = json!({ "kind": "" }).to_string().len();
            let object = IstioObject(json!({ "kind": "x".repeat(bytes - empty) }));
            assert_eq!(Size::of(&object), Size(bytes));
            let mut found = Diagnostics::default();
            check_sizes(&[object], &Config::default(), false, &mut found);
            assert_eq!(found.iter().next().map(|d| d.code.id), code, "{bytes}");
            let said = found.iter().next().and_then(|d| d.hint.clone());
            assert!(said.unwrap_or_default().contains(hint), "{bytes}");
        }
    }

    #[test]
    fn sizes_are_for_people() {
        for (bytes, expected) in [
            (1, "1 KiB"),
            (262_144, "256 KiB"),
            (1_048_576, "1.0 MiB"),
            (1_730_150, "1.6 MiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), expected);
        }
    }
}
