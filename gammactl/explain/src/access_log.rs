//! Reads the lines of Envoy's access logs as requests that can be explained.
//!
//! Known are Envoy's default format, Istio's, the one that `gammactl envoy` writes, and JSON lines
//! with the usual names. A log does not have the headers of a request, but for a few.

mod json;
mod logged;
mod notes;
mod text;

pub use logged::{LogLineError, Logged};
pub use notes::notes;

/// Reads a line. `None` for an empty one.
///
/// # Errors
///
/// What the line lacks.
pub fn read_line(line: &str, now: u64) -> Result<Option<Logged>, LogLineError> {
    let line = line.trim();
    if line.is_empty() {
        return Ok(None);
    }
    let mut logged = if line.starts_with('{') {
        json::read(line)?
    } else {
        text::read(line)?
    };
    logged.request.now = now;
    Ok(Some(logged))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: &str = r#"[2026-11-21T08:00:10.123Z] "GET /items?q=1 HTTP/1.1" 404 NR 0 0 1 - "10.1.2.3" "curl/8.5.0" "d7c1-4e" "catalog:80" "-""#;
    const ISTIO: &str = r#"[2026-11-21T08:00:10.123Z] "POST /pay HTTP/2" 503 UF upstream_reset - "delayed connect error: 111" 0 91 3 - "-" "Mozilla/5.0 (X11; Linux)" "f00d" "till.shop.svc.cluster.local" "10.244.0.7:8080" outbound|80||till.shop.svc.cluster.local 10.244.0.9:51234 10.96.0.12:80 10.244.0.9:40112 - default"#;
    const GAMMA: &str = r#"[2026-11-21T08:00:10.123Z] "GET cart/beta?q=1 HTTP/1.1" 200 - via_upstream rule=HTTPRoute/shop/cart/beta backend=shop/cart-v2/80 upstream=127.0.0.1:80 2ms"#;
    const JSON: &str = r#"{"method":"GET","path":"/items","authority":"catalog","response_code":200,"user_agent":"me","downstream_local_address":"10.96.0.1:80","protocol":"HTTP/1.1"}"#;

    #[test]
    fn the_usual_formats_are_read() {
        for (line, request, headers, to, status, rule) in [
            (
                DEFAULT,
                "GET http://catalog:80/items?q=1",
                3,
                None,
                404,
                None,
            ),
            (
                ISTIO,
                "POST http://till.shop.svc.cluster.local/pay",
                2,
                Some("10.96.0.12:80"),
                503,
                None,
            ),
            (
                GAMMA,
                "GET http://cart/beta?q=1",
                0,
                None,
                200,
                Some("HTTPRoute/shop/cart/beta"),
            ),
            (
                ENVOY_GATEWAY,
                "GET http://catalog:80/items?q=1",
                3,
                Some("10.96.0.1:80"),
                200,
                None,
            ),
            (
                JSON,
                "GET http://catalog/items",
                1,
                Some("10.96.0.1:80"),
                200,
                None,
            ),
        ] {
            let logged = read_line(line, 0).unwrap().unwrap();
            assert_eq!(logged.request.line.to_string(), request, "{line}");
            assert_eq!(logged.request.headers.len(), headers, "{logged:?}");
            let to = to.map(|to| to.parse().unwrap());
            assert_eq!(logged.request.destination, to, "{line}");
            assert_eq!(logged.status, Some(status), "{line}");
            assert_eq!(logged.rule.as_deref(), rule, "{line}");
        }
    }

    /// As Envoy Gateway writes it unless it is told otherwise.
    const ENVOY_GATEWAY: &str = r#"{":authority":"catalog:80","bytes_received":0,"bytes_sent":12,"connection_termination_details":null,"downstream_local_address":"10.96.0.1:80","downstream_remote_address":"10.1.2.3:55660","duration":3,"method":"GET","protocol":"HTTP/1.1","requested_server_name":null,"response_code":200,"response_code_details":"via_upstream","response_flags":"-","route_name":"httproute/shop/cart/rule/0/match/0/*","start_time":"2026-11-21T08:00:10.123Z","upstream_cluster":"httproute/shop/cart/rule/0","upstream_host":"10.2.0.1:80","upstream_local_address":"10.2.0.9:45678","upstream_transport_failure_reason":null,"user-agent":"curl/8.5.0","x-envoy-origin-path":"/items?q=1","x-envoy-upstream-service-time":null,"x-forwarded-for":"10.1.2.3","x-request-id":"d7c1-4e"}"#;

    #[test]
    fn other_lines_are_refused() {
        for (line, why) in [
            ("[2026-11-21] starting", "no request in quotes"),
            (
                r#""GET / HTTP/1.1" 400 DPE 0 0 0 - "-" "-" "-" "-" "-""#,
                "no authority",
            ),
            (r#""- - HTTP/1.1" 400"#, "is not"),
            (r#""- cart/ HTTP/1.1" 400"#, "is not"),
            (r#"{"method": "GET"}"#, "no `path`"),
            ("{", "EOF"),
        ] {
            let said = read_line(line, 0).unwrap_err().to_string();
            assert!(said.contains(why), "{line}: {said}");
        }
    }

    #[test]
    fn a_status_is_three_digits() {
        for (line, status) in [
            (r#""GET cart/ HTTP/1.1" +20 200 - x"#, Some(200)),
            (r#""GET cart/ HTTP/1.1" +20 - x"#, None),
            (r#""GET cart/ HTTP/1.1" 004 - x"#, None),
            (
                r#"{"method":"GET","path":"/","host":"cart","status":"200"}"#,
                Some(200),
            ),
            (
                r#"{"method":"GET","path":"/","host":"cart","status":"+200"}"#,
                None,
            ),
            (
                r#"{"method":"GET","path":"/","host":"cart","status":21000}"#,
                None,
            ),
            (
                r#"{"method":"GET","path":"/","host":"cart","status":0}"#,
                None,
            ),
        ] {
            let logged = read_line(line, 0).unwrap().unwrap();
            assert_eq!(logged.status, status, "{line}");
        }
    }

    #[test]
    fn an_asterisk_is_a_path() {
        for line in [
            DEFAULT.replace("GET /items?q=1", "OPTIONS *"),
            GAMMA.replace("GET cart/beta?q=1", "OPTIONS catalog:80*"),
            JSON.replace("GET", "OPTIONS")
                .replace("/items", "*")
                .replace("catalog", "catalog:80"),
        ] {
            let logged = read_line(&line, 0).unwrap().unwrap();
            let request = logged.request.line.to_string();
            assert_eq!(request, "OPTIONS * at http://catalog:80", "{line}");
        }
    }
}
