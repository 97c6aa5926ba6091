use super::*;
use crate::request::read_line;

#[test]
fn a_copied_command_has_several_lines() {
    let text = "http://it's/\n\
                curl 'http://orders/' \\\n  -H 'x-beta: 1' \\\n  --compressed\n\
                \n\
                curl http://cart/ -d '{\n  \"a\": 1\n}'\n\
                curl 'http://till/ # never closed\n\
                http://after/\n\
                curl http://last/ # it's a comment\n";
    let commands = commands(text);
    let numbers: Vec<usize> = commands.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2, 5, 6, 9, 10, 11]);
    let read: Vec<String> = commands
        .iter()
        .filter_map(|(_, command)| read_line(command, 0).ok().flatten())
        .map(|request| format!("{} +{}", request.line, request.headers.len()))
        .collect();
    let expected = [
        "GET http://orders/ +2",
        "POST http://cart/ +1",
        "GET http://after/ +0",
        "GET http://last/ +0",
    ];
    assert_eq!(read, expected);
}

/// The requests of a list, and what is wrong with the others.
fn read(text: &str) -> Vec<String> {
    let said =
        commands(text)
            .into_iter()
            .filter_map(|(number, command)| match read_line(&command, 0) {
                Ok(request) => request.map(|request| {
                    let headers = request.headers.iter();
                    let headers: Vec<String> =
                        headers.map(|header| format!(" [{header}]")).collect();
                    format!("{number} {}{}", request.line, headers.concat())
                }),
                Err(error) => Some(format!("{number} error: {error}")),
            });
    said.collect()
}

#[test]
fn commands_are_read_as_browsers_copy_them() {
    let bash = "curl 'http://orders/' \\\n  -H 'x-beta: 1' \\\n  --compressed\n\
                $ curl \\\r\n  -H 'x-beta: 1' \\\r\n  http://orders/\n\
                /usr/bin/curl -H \"x-beta: \\\"1\\\"\" http://orders/\n";
    assert_eq!(
        read(bash),
        [
            "1 GET http://orders/ [x-beta: 1] [accept-encoding: deflate, gzip, br, zstd]",
            "4 GET http://orders/ [x-beta: 1]",
            "7 GET http://orders/ [x-beta: \"1\"]",
        ]
    );
    let cmd = "curl ^\"http://orders/pay?a=1^&b=2^\" ^\n  -X ^\"PUT^\" ^\n  \
               -H ^\"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"141^\\^\"^\" ^\n  \
               --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"\ncurl.exe \"http://orders/\" ^\n  -H \"x: y\"\n";
    assert_eq!(
        read(cmd),
        [
            "1 PUT http://orders/pay?a=1&b=2 [sec-ch-ua: \"Chromium\";v=\"141\"] \
             [content-type: application/x-www-form-urlencoded]",
            "5 GET http://orders/ [x: y]",
        ]
    );
    let fetch = "fetch(\"http://orders/pay\", {\n  \"headers\": {\n    \"x-beta\": \"1\"\n  },\n  \
                 \"body\": \"a)\",\n  \"method\": \"POST\",\n  \"mode\": \"cors\"\n});\n\
                 await fetch(\"http://orders/\");\n";
    assert_eq!(
        read(fetch),
        [
            "1 POST http://orders/pay [x-beta: 1] [content-type: text/plain;charset=UTF-8]",
            "9 GET http://orders/",
        ]
    );
    let all = "curl 'http://orders/' -H 'x-beta: 1' ;\ncurl 'http://orders/a;b' \\\n  --compressed ;\n\
               curl 'http://orders/' -H ':authority: orders' -H ':path: /' -H 'x: y'\n";
    assert_eq!(
        read(all),
        [
            "1 GET http://orders/ [x-beta: 1]",
            "2 GET http://orders/a;b [accept-encoding: deflate, gzip, br, zstd]",
            "4 GET http://orders/ [x: y]",
        ]
    );
    let all = "curl ^\"http://orders/^\" ^\n  -H ^\"x: y^\" &\ncurl ^\"http://orders/a^&b^\"\n";
    assert_eq!(
        read(all),
        ["1 GET http://orders/ [x: y]", "3 GET http://orders/a&b"]
    );
    let har = r#"{"log": {"version": "1.2", "entries": [
        {"request": {"method": "PUT", "url": "http://orders/a?b", "httpVersion": "h2", "headers": [
            {"name": ":authority", "value": "orders"}, {"name": "x-beta", "value": "1"}]}},
        {"request": {"method": "GET", "url": "data:image/png;base64,A", "headers": []}}]}}"#;
    assert_eq!(read(har), ["1 PUT http://orders/a?b [x-beta: 1]"]);
}

#[test]
fn commands_of_other_programs_are_said_once() {
    let text = "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n\
                $session.UserAgent = \"Mozilla/5.0\"\n\
                Invoke-WebRequest -UseBasicParsing -Uri \"http://orders/\" `\n\
                -Headers @{\n  \"x-beta\"=\"1\"\n}\n\nhttp://orders/\n\
                http POST orders/pay x-beta:1\nwget http://orders/\n\
                fetch(url, {method})\n";
    let said = read(text);
    let begins = [
        "1 error: this is PowerShell",
        "8 GET http://orders/",
        "9 error: this is a command of HTTPie",
        "10 error: this is a command of wget",
        "11 error: it is not a call of `fetch` as browsers copy it",
    ];
    assert_eq!(said.len(), begins.len(), "{said:#?}");
    for (said, begin) in said.iter().zip(begins) {
        assert!(said.starts_with(begin), "{said}");
    }
}
