use super::*;

fn read(line: &str) -> Result<String, String> {
    let draft = RequestDraft::from_curl(line).map_err(|error| error.to_string())?;
    let request = draft.simulated(0).map_err(|error| error.to_string())?;
    let mut text = request.line.to_string();
    for header in &request.headers {
        let value = String::from_utf8_lossy(&header.value);
        text.push_str(&format!(" [{}: {value}]", header.name));
    }
    text.extend(request.from.map(|from| format!(" from {from}")));
    text.extend(request.destination.map(|to| format!(" to {to}")));
    Ok(text)
}

#[test]
fn the_command_is_well_formed() {
    command().debug_assert();
}

#[test]
fn lines_are_read_as_curl_reads_them() {
    for (line, expected) in [
        ("http://cart/a?b", "GET http://cart/a?b"),
        ("POST http://cart/a", "POST http://cart/a"),
        ("'POST http://cart/a'", "POST http://cart/a"),
        ("curl -sS cart/a -o /dev/null", "GET http://cart/a"),
        (
            "curl -XPUT cart -H 'X-A: b c'",
            "PUT http://cart/ [X-A: b c]",
        ),
        (
            "curl --request=PUT cart -HX-A:b",
            "PUT http://cart/ [X-A: b]",
        ),
        ("curl cart -H 'Host: till:80'", "GET http://till:80/"),
        ("curl -I cart", "HEAD http://cart/"),
        (
            "curl cart --data-raw '{}' -A me",
            "POST http://cart/ [user-agent: me] [content-type: application/x-www-form-urlencoded]",
        ),
        (
            "curl -d x 'PUT http://cart/' -H 'content-type: a/b'",
            "PUT http://cart/ [content-type: a/b]",
        ),
        (
            "curl cart -H 'content-type: a/b' -d x",
            "POST http://cart/ [content-type: a/b]",
        ),
        (
            "GET http://cart/ --from web --destination 10.0.0.1:80",
            "GET http://cart/ from web to 10.0.0.1:80",
        ),
    ] {
        assert_eq!(read(line).as_deref(), Ok(expected), "{line}");
    }
}

#[test]
fn short_options_are_combined() {
    for (line, expected) in [
        ("curl -fsSL http://cart/", "GET http://cart/"),
        ("curl -sSL cart", "GET http://cart/"),
        ("curl -sI cart", "HEAD http://cart/"),
        ("curl -sk https://cart", "GET https://cart/"),
        ("curl -fsSLo /dev/null cart", "GET http://cart/"),
        (
            "curl -so/dev/null -w'%{http_code}' cart",
            "GET http://cart/",
        ),
        ("curl -skXPUT cart", "PUT http://cart/"),
        ("curl -sH 'x: y' cart", "GET http://cart/ [x: y]"),
        ("curl -sIXGET cart", "GET http://cart/"),
        (
            "curl -X POST -X PUT cart -m 1 -m 2 -vvv",
            "PUT http://cart/",
        ),
        ("curl -o -x cart", "GET http://cart/"),
    ] {
        assert_eq!(read(line).as_deref(), Ok(expected), "{line}");
    }
}

/// What each of these sends is what curl 7.88 sends, but for its own `accept` and `user-agent`.
#[test]
fn options_change_the_request_as_in_curl() {
    const FORM_HEADER: &str = "[content-type: application/x-www-form-urlencoded]";
    for (line, expected) in [
        (
            "curl --url cart -H 'X-A;' -H 'X-B:'",
            "GET http://cart/ [X-A: ]".into(),
        ),
        (
            "curl --header=x:y --url=cart",
            "GET http://cart/ [x: y]".into(),
        ),
        (
            "curl cart -d@- -d a",
            format!("POST http://cart/ {FORM_HEADER}"),
        ),
        (
            "curl cart --data-binary @f",
            format!("POST http://cart/ {FORM_HEADER}"),
        ),
        (
            "curl cart --data-urlencode a=b",
            format!("POST http://cart/ {FORM_HEADER}"),
        ),
        (
            "curl cart -d a -H 'Content-Type:'",
            "POST http://cart/".into(),
        ),
        (
            "curl -G cart/x -d a=1 --data-urlencode 'b=c d&é+*' -d e=2",
            "GET http://cart/x?a=1&b=c+d%26%C3%A9%2B%2A&e=2".into(),
        ),
        (
            "curl -G -d a=1 'cart/x?y#z' -X PUT",
            "PUT http://cart/x?y&a=1".into(),
        ),
        ("curl -GI -d a=1 cart", "HEAD http://cart/?a=1".into()),
        ("curl -G cart", "GET http://cart/".into()),
        (
            "curl cart --json '{}'",
            "POST http://cart/ [accept: application/json] [content-type: application/json]".into(),
        ),
        (
            "curl cart -F a=b -F c=@d",
            format!("POST http://cart/ [content-type: {MULTIPART}]"),
        ),
        (
            "curl -u me:pw cart",
            "GET http://cart/ [authorization: Basic bWU6cHc=]".into(),
        ),
        (
            "curl -u me:pw http://us:er@cart/",
            "GET http://cart/ [authorization: Basic bWU6cHc=]".into(),
        ),
        (
            "curl -u me:pw cart -H 'Authorization: b'",
            "GET http://cart/ [Authorization: b]".into(),
        ),
        (
            "curl --oauth2-bearer tok cart",
            "GET http://cart/ [authorization: Bearer tok]".into(),
        ),
        (
            "curl -b a=1 -b b=2 cart",
            "GET http://cart/ [cookie: a=1;b=2]".into(),
        ),
        (
            "curl -b a=1 cart -H 'cookie: c=2'",
            "GET http://cart/ [cookie: c=2]".into(),
        ),
        ("curl -b '' cart", "GET http://cart/".into()),
        ("curl -A '' cart", "GET http://cart/".into()),
        (
            "curl -A me cart -H 'User-Agent: you'",
            "GET http://cart/ [User-Agent: you]".into(),
        ),
        (
            "curl -e 'http://r/;auto' cart",
            "GET http://cart/ [referer: http://r/]".into(),
        ),
        (
            "curl -r 0-5 cart",
            "GET http://cart/ [range: bytes=0-5]".into(),
        ),
        (
            "curl --request-target '*' -X OPTIONS http://cart/",
            "OPTIONS * at http://cart".into(),
        ),
        (
            "curl --request-target /a http://cart/b",
            "GET http://cart/a".into(),
        ),
        (
            "curl --request-target foo http://cart/b",
            "GET foo at http://cart".into(),
        ),
        (
            "curl --request-target http://till/a/../b -H 'Host: x' http://cart/b",
            "GET http://till/a/../b".into(),
        ),
        ("curl cart/a/../b/./c", "GET http://cart/b/c".into()),
        (
            "curl --path-as-is cart/a/../b",
            "GET http://cart/a/../b".into(),
        ),
        ("curl cart/%2e%2e/b", "GET http://cart/%2e%2e/b".into()),
        (
            "curl cart/a//../b?c/../d",
            "GET http://cart/a/b?c/../d".into(),
        ),
        ("cart/a/../b", "GET http://cart/a/../b".into()),
        ("curl cart/é?é", "GET http://cart/%c3%a9?%c3%a9".into()),
        (
            "curl -G -F a=b cart",
            format!("POST http://cart/ [content-type: {MULTIPART}]"),
        ),
        ("curl -G -d '' cart", "GET http://cart/".into()),
        ("curl -G -d '' -d a cart", "GET http://cart/?&a".into()),
        ("curl -G -d '' cart?y", "GET http://cart/?y&".into()),
        ("curl -G -d=a cart", "GET http://cart/?=a".into()),
        (
            "curl --url-query 'a=b c' --url-query +d%20 cart?e",
            "GET http://cart/?e&a=b+c&d%20".into(),
        ),
        ("curl -g 'cart/{a}[1]'", "GET http://cart/{a}[1]".into()),
        ("curl 'http://[fd00::1]/a'", "GET http://[fd00::1]/a".into()),
        ("curl -H -X=a:b cart", "GET http://cart/ [-X=a: b]".into()),
        ("curl -sH=a:b cart", "GET http://cart/ [=a: b]".into()),
        (
            "curl --resolve cart:80:10.0.0.1 http://cart/",
            "GET http://cart/ to 10.0.0.1:80".into(),
        ),
        (
            "curl --resolve '*:443:[fd00::1]' https://cart/ --http2",
            "GET https://cart/ to [fd00::1]:443".into(),
        ),
        (
            "curl --resolve till:80:10.0.0.1 cart",
            "GET http://cart/".into(),
        ),
        (
            "curl --connect-to cart:80:10.0.0.2:8080 cart",
            "GET http://cart/ to 10.0.0.2:8080".into(),
        ),
        (
            "curl --connect-to ::[fd00::1]: http://[fd00::2]:90/",
            "GET http://[fd00::2]:90/ to [fd00::1]:90".into(),
        ),
        (
            "curl --connect-to cart:80:envoy:10000 cart",
            "GET http://cart/".into(),
        ),
        (
            "curl -x http://127.0.0.1:3128 --unix-socket /run/x --retry 3 --no-buffer -# cart",
            "GET http://cart/".into(),
        ),
    ] {
        assert_eq!(read(line).as_deref(), Ok(&*expected), "{line}");
    }
}

/// As "Copy as cURL" of browsers writes them.
#[test]
fn copied_commands_are_read() {
    let chrome = r#"curl 'https://cart.shop/pay?x=1' \
  -X 'PUT' \
  -H 'accept: */*' \
  -H 'accept-language: en-US,en;q=0.9' \
  -b 'a=1; b=2' \
  -H 'sec-ch-ua: "Chromium";v="141", "Not?A_Brand";v="8"' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  --data-raw $'{"a":"it\'s \u0021"}' \
  --insecure"#;
    assert_eq!(
        read(chrome).as_deref(),
        Ok(
            "PUT https://cart.shop/pay?x=1 [accept: */*] [accept-language: en-US,en;q=0.9] \
             [sec-ch-ua: \"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\"] \
             [user-agent: Mozilla/5.0 (X11; Linux x86_64)] [cookie: a=1; b=2] \
             [content-type: application/x-www-form-urlencoded]"
        )
    );
    let firefox = "curl 'http://cart/' --compressed -X POST -H 'Accept: */*' -H 'Content-Type: a/b' \
                   -H 'Priority: u=0' -H $'x-name: it\\'s' --data-binary '--x\r\n'";
    assert_eq!(
        read(firefox).as_deref(),
        Ok(
            "POST http://cart/ [Accept: */*] [Content-Type: a/b] [Priority: u=0] [x-name: it's] \
             [accept-encoding: deflate, gzip, br, zstd]"
        )
    );
}

#[test]
fn what_is_not_understood_is_said() {
    for (line, why) in [
        ("curl 'http://cart", "quote"),
        ("curl cart -u me", "write USER:PASSWORD"),
        ("curl -X=POST cart", "write `-X POST`"),
        ("curl -sX=POST cart", "write `-X POST`"),
        ("curl 'cart/{a,b}'", "is a pattern of URLs"),
        ("curl 'cart/[1-3]'", "is a pattern of URLs"),
        ("curl cart -H", "`-H` needs a value"),
        ("curl cart --header", "`--header` needs a value"),
        ("curl -X PUT 'POST http://cart/'", "both POST and PUT"),
        ("curl cart -H 'Host: a/b'", "no host"),
        ("curl cart -H x", "`x` is not a header"),
        ("curl cart -H @file", "-H of its own"),
        ("curl cart --destination there", "address"),
        ("curl cart --destination 10.0.0.1:+80", "address"),
        ("curl cart --resolve cart:+80:10.0.0.1", "HOST:PORT:ADDRESS"),
        ("curl cart --connect-to cart:+80:10.0.0.1:80", "HOST1:PORT1"),
        ("curl -X 'P T' cart", "no spaces"),
        ("curl -X 'P(T' cart", "method comes first"),
        ("curl cart till", "more than one URL: cart till"),
        ("curl --url cart till", "more than one URL"),
        (
            "curl -T f cart",
            "`-T` is not known here: leave it out, and say with -X and -H",
        ),
        ("curl -sT f cart", "`-T` is not known"),
        (
            "curl --heade x cart",
            "`--heade` is not known here: did you mean `--header`?",
        ),
        ("curl cart --next till", "`--next` is not known"),
        ("curl cart -b jar.txt", "names a file"),
        ("curl -G cart -d @f", "names a file"),
        ("curl", "needs a host"),
    ] {
        let said = read(line).unwrap_err();
        assert!(said.contains(why), "{line}: {said}");
    }
}
