use super::*;
use crate::{parse, read};

fn envelope(file: &[u8]) -> Vec<u8> {
    format!(r#"{{"gzip": "{}"}}"#, STANDARD.encode(file)).into_bytes()
}

fn config() -> Config {
    parse(
        br#"{"version":1,"services":[{"namespace":"n","name":"s","ports":[
            {"port":80,"cluster":"c","producer":{"rules":[{"backendRefs":[{"cluster":"b"}]}]}}]}]}"#,
    )
    .unwrap()
}

#[test]
fn both_forms_say_the_same() {
    let config = config();
    let compressed = serde_json::to_string(&compress(&config).unwrap()).unwrap();
    assert!(compressed.starts_with(r#"{"gzip":"H4sI"#));
    assert_eq!(parse(compressed.as_bytes()).unwrap(), config);
    let mut parts = 0;
    read(compressed.as_bytes(), &mut |_| parts += 1).unwrap();
    assert!(parts > 1);
}

/// What `printf '{"version":1}' | gzip -9` and `gzip --name FILE` write.
#[test]
fn what_gzip_writes_is_read() {
    for text in [
        "H4sIAAAAAAACA6tWKkstKs7Mz1OyMqwFADOaMHENAAAA",
        "H4sICH7CC2sCA2EuanNvbgCrVipLLSrOzM9TsjKsBQAzmjBxDQAAAA==",
    ] {
        let parsed = parse(format!("\n{{ \"gzip\" : \"{text}\"}}\n").as_bytes());
        assert_eq!(parsed.unwrap(), Config::default(), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let good = gzip(br#"{"version":1}"#);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        envelope(&bytes)
    };
    let last = good.len() - 1;
    let table = [
        (br#"{"gzip": "H4sI*"}"#.to_vec(), "not base64"),
        (br#"{"gzip": ""}"#.to_vec(), "something else than gzip"),
        (
            envelope(b"{\"version\": 1, \"services\": []}"),
            "something else than gzip",
        ),
        (with(&|b| b.truncate(last - 3)), "damaged|cut off|64 MiB"),
        (with(&|b| b.extend([0; 9])), "cut off, or something follows"),
        (with(&|b| b[last - 4] ^= 1), "damaged"),
        (with(&|b| b[last - 3] += 1), "cut off, or something follows"),
        (with(&|b| b[last] = 255), "more than 64 MiB"),
        (with(&|b| b[12] ^= 255), "damaged|cut off"),
        (br#"{"gzip": 1}"#.to_vec(), "expected a string"),
        (
            br#"{"gzip": "", "version": 1}"#.to_vec(),
            "unknown field `version`",
        ),
        (
            br#"{"version": 1, "gzip": ""}"#.to_vec(),
            "unknown field `gzip`",
        ),
        (envelope(&gzip(&envelope(&good))), "unknown field `gzip`"),
        (
            envelope(&gzip(br#"{"version":1,"x":1}"#)),
            "unknown field `x`",
        ),
        (
            envelope(&gzip(b"{\"version\":1,\n \"settings\":{\"y\":1}}")),
            "at line 2",
        ),
    ];
    for (text, expected) in table {
        let said = parse(&text).unwrap_err().to_string();
        let fits = expected.split('|').any(|part| said.contains(part));
        assert!(fits, "{}: {said}", String::from_utf8_lossy(&text));
    }
}
