//! The JSON Schemas in `config-schema/schema` are those of the types, fit everything that is good and
//! refuse what is not.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gamma_cases as cases;
use jsonschema::Validator;
use schemars::Schema;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn of_config() -> Validator {
    validator(gamma_config::JSON_SCHEMA)
}

fn of_cases() -> Validator {
    validator(cases::JSON_SCHEMA)
}

fn validator(schema: &str) -> Validator {
    let schema = serde_json::from_str(schema).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    // Editors do, for the formats that they know.
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).unwrap()
}

/// `make lint` runs this; `UPDATE=1` writes what is right.
#[test]
fn the_checked_in_schemas_are_those_of_the_types() {
    let schemas: [(&str, Schema); 2] = [
        ("route-config.schema.json", gamma_config::schema::generate()),
        ("test-cases.schema.json", cases::schema()),
    ];
    for (name, schema) in schemas {
        let path = root().join("config-schema/schema").join(name);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, text).unwrap();
            continue;
        }
        let is_fresh = fs::read_to_string(&path).is_ok_and(|checked_in| checked_in == text);
        assert!(
            is_fresh,
            "{name} is stale: UPDATE=1 cargo test -p gamma-cases --test schema"
        );
    }
}

/// The first document.
fn yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    let first = text.split("\n---").next().unwrap();
    serde_saphyr::from_str(first).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    assert!(!paths.is_empty(), "{folder}");
    paths
}

#[test]
fn every_config_that_we_show_or_write_fits() {
    let schema = of_config();
    let mut configs = files("gammactl/compile/tests/compile", "json");
    configs.extend(files("examples", "json"));
    for path in configs {
        let config = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let wrong: Vec<String> = schema.iter_errors(&config).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
    }
}

/// What is wrong for the schema is wrong for the filter as well.
#[test]
fn wrong_configs_do_not_fit() {
    let schema = of_config();
    let long = "a".repeat(254);
    let rules = [
        r#"{"backends": []}"#,
        r#"{"name": "a/b"}"#,
        r#"{"matches": [{"path": {"value": "a"}}]}"#,
        r#"{"matches": [{"path": {"value": "/a?b"}}]}"#,
        r#"{"matches": [{"path": {"type": "RegularExpression", "value": ""}}]}"#,
        r#"{"matches": [{"path": {"type": "Prefix", "value": "/"}}]}"#,
        r#"{"matches": [{"path": {"type": "Exact"}}]}"#,
        r#"{"matches": [{"method": "get"}]}"#,
        r#"{"matches": [{"hostname": "Upper.example"}]}"#,
        r#"{"matches": [{"headers": [{"name": "a b", "value": ""}]}]}"#,
        r#"{"matches": [{"headers": [{"name": "X-Gamma-Cluster", "value": ""}]}]}"#,
        r#"{"matches": [{"headers": [{"name": "a", "value": "\r"}]}]}"#,
        r#"{"matches": [{"queryParams": [{"name": "", "value": ""}]}]}"#,
        r#"{"filters": [{"requestHeaderModifier": {"set": [{"name": "a", "value": "x\r\ny: z"}]}}]}"#,
        r#"{"filters": [{"responseHeaderModifier": {"remove": ["x-gamma-endpoint"]}}]}"#,
        r#"{"filters": [{"requestRedirect": {"statusCode": 200}}]}"#,
        r#"{"filters": [{"requestRedirect": {"port": 0}}]}"#,
        r#"{"filters": [{"requestRedirect": {"scheme": "ftp"}}]}"#,
        r#"{"filters": [{"requestRedirect": {}}], "backendRefs": [{"cluster": "c"}]}"#,
        r#"{"filters": [{"requestRedirect": {}}, {"requestRedirect": {}}]}"#,
        r#"{"filters": [{"requestRedirect": {}, "cors": {}}]}"#,
        r#"{"filters": [{"urlRewrite": {"path": {"replaceFullPath": "/a b"}}}]}"#,
        r#"{"filters": [{"urlRewrite": {"path": {"replacePrefixMatch": "a"}}}]}"#,
        r#"{"filters": [{"urlRewrite": {"hostname": "Upper"}}]}"#,
        r#"{"filters": [{"requestMirror": {"cluster": ""}}]}"#,
        r#"{"filters": [{"requestMirror": {"cluster": "m", "fraction": {"numerator": 0, "denominator": 0}}}]}"#,
        r#"{"filters": [{"cors": {"allowOrigins": ["example.com"]}}]}"#,
        r#"{"filters": [{"cors": {"allowOrigins": ["https://a.example:0"]}}]}"#,
        r#"{"filters": [{"cors": {"allowHeaders": ["a b"]}}]}"#,
        r#"{"filters": [{"externalAuth": {"cluster": "c", "pathPrefix": "x"}}]}"#,
        r#"{"filters": [{"externalAuth": {"cluster": "c", "allowedHeaders": ["x-gamma-a"]}}]}"#,
        r#"{"backendRefs": [{"cluster": "a"}, {"weight": "x"}]}"#,
        r#"{"backendRefs": [{}]}"#,
        r#"{"backendRefs": [{"cluster": "a", "invalid": "b"}]}"#,
        r#"{"backendRefs": [{"cluster": "a\nb"}]}"#,
        r#"{"backendRefs": [{"cluster": "c", "weight": 1000001}]}"#,
        r#"{"backendRefs": [{"cluster": "c", "filters": [{"externalAuth": {"cluster": "c"}}]}]}"#,
        r#"{"timeouts": {"request": "1.5s"}}"#,
        r#"{"retry": {"codes": [200]}}"#,
        r#"{"sessionPersistence": {"name": "s", "permanent": true}}"#,
        r#"{"sessionPersistence": {"name": "s", "path": "a"}}"#,
        r#"{"sessionPersistence": {"path": "/"}}"#,
    ];
    let around = |rule: &str| {
        format!(
            r#"{{"version": 1, "services": [{{"namespace": "n", "name": "s", "ports": [
                {{"port": 80, "cluster": "c", "producer": {{"rules": [{rule}]}}}}]}}]}}"#
        )
    };
    let service = |service: &str| format!(r#"{{"version": 1, "services": [{service}]}}"#);
    let whole = [
        "{}".into(),
        r#"{"version": 2}"#.into(),
        r#"{"version": 1, "settings": {"clusterHeader": "x-other"}}"#.into(),
        r#"{"version": 1, "settings": {"clusterHeader": "x-gamma-Cluster"}}"#.into(),
        service(r#"{"namespace": "", "name": "s", "ports": []}"#),
        service(r#"{"namespace": "n", "name": "s", "ports": [{"port": 0, "cluster": "c"}]}"#),
        service(r#"{"namespace": "n", "name": "s", "ports": [], "clusterIPs": ["cart"]}"#),
        service(r#"{"namespace": "n", "name": "s", "ports": [], "hosts": ["-a"]}"#),
        service(&format!(
            r#"{{"namespace": "n", "name": "s", "ports": [], "hosts": ["{long}"]}}"#
        )),
    ];
    assert!(schema.is_valid(&serde_json::from_str(&around("{}")).unwrap()));
    for text in rules.map(around).into_iter().chain(whole) {
        let config: Value = serde_json::from_str(&text).unwrap();
        assert!(gamma_config::parse(text.as_bytes()).is_err(), "{text}");
        assert!(!schema.is_valid(&config), "{text}");
    }
}

/// Mistakes in a case file that no schema can find.
const BEYOND: [&str; 7] = ["G502", "G505", "G506", "G507", "G508", "G510", "G511"];

/// Case files that are YAML: their first documents, and the codes of what is found.
fn case_files() -> Vec<(String, Value, Vec<&'static str>)> {
    let mut paths = files("gammactl/cases/tests/cases", "yaml");
    paths.push(root().join("examples/shop.cases.yaml"));
    let found = paths.iter().filter_map(|path| {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).unwrap();
        let file = cases::CaseFile {
            name: name.clone(),
            text,
        };
        let tests = cases::run(&file, None, |_| {}).tests;
        let findings = tests.iter().flat_map(|test| test.findings.iter());
        let codes: Vec<&str> = findings.map(|finding| finding.code.id).collect();
        (!codes.contains(&"G101")).then(|| (name, yaml(path), codes))
    });
    found.collect()
}

#[test]
fn case_files_fit_if_they_have_no_mistakes() {
    let schema = of_cases();
    for (name, case, codes) in case_files() {
        let is_good = codes.iter().all(|code| BEYOND.contains(code));
        // Not a case at all.
        if !codes.contains(&"G507") {
            assert_eq!(schema.is_valid(&case), is_good, "{name}: {codes:?}");
        }
    }
}

/// What the schema promises is read: each member is in a case file without mistakes.
#[test]
fn every_member_of_the_schema_is_in_a_good_case_file() {
    let schema: Value = serde_json::from_str(cases::JSON_SCHEMA).unwrap();
    let good: Vec<String> = case_files()
        .into_iter()
        .filter(|(_, _, codes)| codes.is_empty())
        .map(|(_, case, _)| case.to_string())
        .collect();
    let objects = schema["$defs"].as_object().unwrap().values();
    for object in objects.chain([&schema]) {
        let members = object["properties"].as_object();
        for name in members.into_iter().flat_map(|members| members.keys()) {
            let member = format!("\"{name}\":");
            assert!(good.iter().any(|text| text.contains(&member)), "{name}");
        }
    }
}

/// Editors take the schema from the first line of YAML, and from `$schema` of JSON. What the demo and
/// `--merge` read has none.
#[test]
fn every_example_says_where_its_schema_is() {
    let mut paths = files("examples/shop", "yaml");
    paths.extend(files("examples/shop-on-one-machine", "yaml"));
    paths.extend(files("examples", "yaml"));
    paths.extend(files("examples", "json"));
    let others = ["shop.requests.yaml", "tls-to-backends.yaml"];
    paths.retain(|path| !others.iter().any(|other| path.ends_with(other)));
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap();
        let in_json = || {
            let json: Value = serde_json::from_str(&text).ok()?;
            Some(json["$schema"].as_str()?.to_owned())
        };
        let schema = first.strip_prefix("# yaml-language-server: $schema=");
        let schema = schema.map(str::to_owned).or_else(in_json);
        let schema = schema.unwrap_or_else(|| panic!("{}", path.display()));
        let is_public = schema.starts_with("https://");
        let relative = path.parent().unwrap().join(&schema);
        assert!(
            is_public || relative.is_file(),
            "{}: {schema}",
            path.display()
        );
    }
}
