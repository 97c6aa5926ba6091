use super::*;

const EC: &str = include_str!("ec.pem");
const RSA: &str = include_str!("rsa.pem");

fn what(text: &str) -> String {
    certificates(text).unwrap_err().what
}

#[test]
fn certificates_are_kept_and_all_else_is_left_out() {
    assert_eq!(certificates(EC).unwrap(), EC);
    let both = format!("# The authority of the shop\nsubject=CN = Shop CA\n{EC}\n\n{RSA}# the end");
    assert_eq!(certificates(&both).unwrap(), format!("{EC}{RSA}"));
    let windows = EC.replace('\n', "\r\n");
    assert_eq!(certificates(&windows).unwrap(), EC);
    let indented = EC.replace('\n', "\n    ");
    assert_eq!(certificates(&indented).unwrap(), EC);
    let old = EC.replace(" CERTIFICATE", " X509 CERTIFICATE");
    assert_eq!(certificates(&old).unwrap(), EC);
    let one_line = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        EC.lines()
            .filter(|l| !l.starts_with('-'))
            .collect::<String>()
    );
    assert_eq!(certificates(&one_line).unwrap(), EC);
}

#[test]
fn what_is_no_certificate_is_called_by_its_name() {
    let body: String = EC.lines().filter(|line| !line.starts_with('-')).collect();
    let named = |label: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
    let table = [
        ("".to_owned(), "is empty"),
        (" \n".to_owned(), "is empty"),
        ("see the wiki".to_owned(), "is no certificate in PEM"),
        (body.clone(), "is no certificate in PEM"),
        (
            named("PRIVATE KEY"),
            "is a private key (`PRIVATE KEY`), not a certificate",
        ),
        (
            named("EC PRIVATE KEY"),
            "is a private key (`EC PRIVATE KEY`), not a certificate",
        ),
        (
            named("PUBLIC KEY"),
            "has a `PUBLIC KEY`, and no certificate",
        ),
        (
            named("CERTIFICATE REQUEST"),
            "has a `CERTIFICATE REQUEST`, and no certificate",
        ),
        (
            EC.replace("-----END CERTIFICATE-----\n", ""),
            "has a `CERTIFICATE` without an end",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(what(&text), expected, "{text}");
    }
    // `openssl base64 -A`, as a Secret has it.
    let twice = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==";
    assert_eq!(what(twice), "is encoded in base64 once more");
}

/// Whatever byte of a certificate is lost, or whatever it is cut to, it is found.
#[test]
fn a_certificate_that_is_cut_is_damaged() {
    for pem in [EC, RSA] {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64(&body).unwrap();
        assert!(der::is_certificate(&der));
        for at in 0..der.len() {
            assert!(!der::is_certificate(&der[..at]), "{at}");
            let mut without = der.clone();
            without.remove(at);
            assert!(!der::is_certificate(&without), "{at}");
        }
        let mut longer = der.clone();
        longer.push(0);
        assert!(!der::is_certificate(&longer));
    }
    // What Envoy refuses although every length is right: names that are no text, a curve that is none.
    let body: String = EC.lines().filter(|line| !line.starts_with('-')).collect();
    for (at, byte) in [(58, 0x03), (73, 0x01), (164, 0x05)] {
        let mut der = base64(&body).unwrap();
        der[at] = byte;
        assert!(!der::is_certificate(&der), "{at}");
    }
    let cut = EC.replacen("MII", "MI", 1);
    assert_eq!(what(&cut), "is damaged: certificate 1 can't be read");
    let second = format!("{EC}{cut}");
    assert_eq!(what(&second), "is damaged: certificate 2 can't be read");
}

#[test]
fn base64_is_read_with_padding_and_without_slack() {
    assert_eq!(base64("").unwrap(), b"");
    assert_eq!(base64("Zg==").unwrap(), b"f");
    assert_eq!(base64("Zm8=").unwrap(), b"fo");
    assert_eq!(base64("Zm9v").unwrap(), b"foo");
    for wrong in ["Zg", "Zg=", "Zh==", "Z===", "Zm9v=", "Zm*v", "Zg==Zg=="] {
        assert_eq!(base64(wrong), None, "{wrong}");
    }
}
