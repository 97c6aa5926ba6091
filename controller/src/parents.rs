//! The entries of `status.parents`: what one controller says, put between what others do.

use serde_json::Value;

/// "Maximum number of parents that will be represented in this list is 32."
const MOST_PARENTS: usize = 32;

/// `parents` with `own` entries of `controller` in place of those that it has there; `None` if that is what
/// it has. Entries of others stay as and where they are. `now` is for conditions whose status is new.
pub(crate) fn merged(
    parents: &[Value],
    own: &[Value],
    controller: &str,
    now: &str,
) -> Option<Vec<Value>> {
    let ours = parents
        .iter()
        .filter(|entry| entry["controllerName"] == controller);
    if ours.clone().count() == own.len() && ours.zip(own).all(|(entry, own)| is_said(own, entry)) {
        return None;
    }
    let mut left: Vec<&Value> = own.iter().collect();
    let mut result = Vec::new();
    for entry in parents {
        if entry["controllerName"] != controller {
            result.push(entry.clone());
            continue;
        }
        let same = left
            .iter()
            .position(|own| own["parentRef"] == entry["parentRef"]);
        if let Some(place) = same {
            result.push(with_times(left.remove(place), Some(entry), now));
        }
    }
    let others = left.into_iter().map(|own| with_times(own, None, now));
    result.extend(others);
    result.truncate(MOST_PARENTS.max(parents.len()));
    (result != parents).then_some(result)
}

/// Whether `entry` is `own` with times. Nothing is copied for that: it is asked of every route after each change.
fn is_said(own: &Value, entry: &Value) -> bool {
    let (Some(own), Some(entry)) = (own.as_object(), entry.as_object()) else {
        return false;
    };
    let is_there = |(name, own): (&String, &Value)| match (name.as_str(), own, entry.get(name)) {
        ("conditions", Value::Array(own), Some(Value::Array(entry))) => {
            own.len() == entry.len()
                && own
                    .iter()
                    .zip(entry)
                    .all(|(own, entry)| is_timed(own, entry))
        }
        (_, own, entry) => entry == Some(own),
    };
    own.len() == entry.len() && own.iter().all(is_there)
}

/// Whether `entry` is the condition `own` and a time.
fn is_timed(own: &Value, entry: &Value) -> bool {
    let (Some(own), Some(entry)) = (own.as_object(), entry.as_object()) else {
        return false;
    };
    entry.contains_key("lastTransitionTime")
        && own.len() + 1 == entry.len()
        && own.iter().all(|(name, own)| entry.get(name) == Some(own))
}

/// "lastTransitionTime is the last time the condition transitioned from one status to another."
fn with_times(own: &Value, before: Option<&Value>, now: &str) -> Value {
    let mut entry = own.clone();
    let before = before.and_then(|entry| entry["conditions"].as_array());
    for condition in entry["conditions"].as_array_mut().into_iter().flatten() {
        let mut same = before.into_iter().flatten();
        let same = same
            .find(|old| old["type"] == condition["type"] && old["status"] == condition["status"]);
        condition["lastTransitionTime"] = match same {
            Some(old) => old["lastTransitionTime"].clone(),
            None => now.into(),
        };
    }
    entry
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const US: &str = "gamma.example/controller";

    fn entry(controller: &str, parent: &str, status: &str, time: Option<&str>) -> Value {
        let mut condition = json!({ "type": "Accepted", "status": status });
        if let Some(time) = time {
            condition["lastTransitionTime"] = time.into();
        }
        json!({
            "parentRef": { "name": parent },
            "controllerName": controller,
            "conditions": [condition],
        })
    }

    #[test]
    fn others_stay_where_they_are() {
        let parents = [
            entry(US, "gone", "True", Some("1")),
            entry("istio.io/mesh", "a", "True", Some("1")),
            entry(US, "a", "True", Some("1")),
            entry("istio.io/mesh", "b", "False", Some("1")),
        ];
        let own = [entry(US, "b", "True", None), entry(US, "a", "False", None)];
        let expected = vec![
            parents[1].clone(),
            entry(US, "a", "False", Some("2")),
            parents[3].clone(),
            entry(US, "b", "True", Some("2")),
        ];
        assert_eq!(merged(&parents, &own, US, "2"), Some(expected));
    }

    #[test]
    fn what_is_said_already_is_not_written() {
        let parents = [
            entry("istio.io/mesh", "a", "True", Some("1")),
            entry(US, "a", "True", Some("1")),
        ];
        let own = [entry(US, "a", "True", None)];
        assert_eq!(merged(&parents, &own, US, "2"), None);
        assert_eq!(merged(&parents[..1], &[], US, "2"), None);
        assert_eq!(merged(&parents, &[], US, "2"), Some(parents[..1].to_vec()));
    }

    #[test]
    fn whatever_is_other_than_wanted_is_written() {
        let said = entry(US, "a", "True", Some("1"));
        let own = [entry(US, "a", "True", None)];
        let mut others = vec![
            entry(US, "b", "True", Some("1")),
            entry(US, "a", "False", Some("1")),
            entry(US, "a", "True", None),
        ];
        let mut more = said.clone();
        more["conditions"][0]["message"] = "more".into();
        others.push(more);
        let mut more = said.clone();
        let twice = vec![more["conditions"][0].clone(); 2];
        more["conditions"] = twice.into();
        others.push(more);
        let mut more = said.clone();
        more["more"] = "more".into();
        others.push(more);
        for other in others {
            let other = [other];
            assert!(merged(&other, &own, US, "2").is_some(), "{other:?}");
        }
        assert_eq!(merged(&[said], &own, US, "2"), None);
    }

    #[test]
    fn a_time_changes_with_its_status_only() {
        let parents = [entry(US, "a", "True", Some("1"))];
        let mut own = entry(US, "a", "True", None);
        own["conditions"][0]["message"] = "other".into();
        let mut expected = own.clone();
        expected["conditions"][0]["lastTransitionTime"] = "1".into();
        assert_eq!(merged(&parents, &[own], US, "2"), Some(vec![expected]));
    }

    #[test]
    fn there_are_no_more_than_the_api_takes() {
        let name = |number: usize| format!("p{number}");
        let others: Vec<Value> = (0..30)
            .map(|number| entry("istio.io/mesh", &name(number), "True", Some("1")))
            .collect();
        let own: Vec<Value> = (0..5).map(|n| entry(US, &name(n), "True", None)).collect();
        assert_eq!(merged(&others, &own, US, "2").unwrap().len(), MOST_PARENTS);
    }
}
