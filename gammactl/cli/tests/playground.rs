//! `gammactl playground`, as a browser and as somebody else's page see it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

/// No answer takes longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server with a page and a route. It ends when dropped.
struct Served {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Served {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("page");
        fs::create_dir_all(page.join("assets")).unwrap();
        fs::write(page.join("index.html"), "<html><head></head></html>").unwrap();
        fs::write(page.join("assets/engine.wasm"), b"\0asm").unwrap();
        fs::create_dir(folder.path().join("routes")).unwrap();
        fs::write(folder.path().join("routes/cart.yaml"), "kind: Service\n").unwrap();
        let mut child = gammactl(
            folder.path(),
            &["-f", "routes", "-n", "shop", "--page", "page"],
        )
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap();
        Self {
            address: address.trim_end_matches('/').parse().unwrap(),
            child,
            folder,
        }
    }

    /// The answer to a request with these lines.
    fn send(&self, line: &str, host: &str) -> String {
        let mut stream = self.connect(line, host);
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn connect(&self, line: &str, host: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        stream
    }

    fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path}"), &self.address.to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn gammactl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gammactl"));
    command.arg("playground").args(arguments);
    command.current_dir(folder).stderr(Stdio::piped());
    command
}

#[test]
fn the_page_and_the_files_are_served_to_this_machine() {
    let served = Served::start();
    assert!(served.address.ip().is_loopback());
    let page = served.get("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(
        page.contains("<meta name=\"gamma-serve\"></head>"),
        "{page}"
    );
    assert!(
        page.contains(
            "content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"
        ),
        "{page}"
    );
    assert!(page.contains("x-content-type-options: nosniff"), "{page}");
    let wasm = served.get("/assets/engine.wasm");
    assert!(wasm.contains("content-type: application/wasm"), "{wasm}");
    let files = served.get("/files.json");
    assert!(
        files.ends_with(
            r#"{"files":[{"name":"routes/cart.yaml","text":"kind: Service\n"}],"namespace":"shop"}"#
        ),
        "{files}"
    );
    assert!(served.get("/none").starts_with("HTTP/1.1 404"));
    assert!(
        served
            .get("/../routes/cart.yaml")
            .starts_with("HTTP/1.1 404")
    );
}

#[test]
fn nobody_else_is_answered() {
    let served = Served::start();
    let port = served.address.port();
    let local = format!("localhost:{port}");
    assert!(
        served
            .send("GET /files.json", &local)
            .starts_with("HTTP/1.1 200")
    );
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        "127.0.0.1",
        "",
    ] {
        let answer = served.send("GET /files.json", host);
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
        assert!(!answer.contains("Service"), "{host}: {answer}");
    }
    let posted = served.send("POST /files.json", &local);
    assert!(posted.starts_with("HTTP/1.1 405"), "{posted}");
}

#[test]
fn a_change_is_told() {
    let served = Served::start();
    let events = served.connect("GET /events", &served.address.to_string());
    let mut lines = BufReader::new(events).lines();
    let mut next = |wanted: &str| {
        let found = lines.find(|line| line.as_ref().unwrap().contains(wanted));
        found.unwrap().unwrap()
    };
    next("content-type: text/event-stream");
    next("retry:");
    let file = served.folder.path().join("routes/cart.yaml");
    fs::write(file, "kind: Namespace\n").unwrap();
    next("data: ");
    assert!(served.get("/files.json").contains("kind: Namespace"));
}

#[test]
fn what_is_missing_is_said_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cart.yaml"), "kind: Service\n").unwrap();
    for (arguments, said) in [
        (&["-f", "none.yaml"][..], "none.yaml"),
        (&["-f", "-"], "standard input never changes"),
        (
            &["-f", "cart.yaml", "--page", "."],
            "`make playground` builds the page",
        ),
    ] {
        let output = gammactl(folder.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
}
