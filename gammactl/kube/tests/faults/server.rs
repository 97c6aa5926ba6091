//! A server of HTTP/1.1 that answers as a closure says.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
};

use gamma_kube::Target;
use tempfile::TempDir;

/// What becomes of a request.
pub(crate) enum Answer {
    /// Status and body.
    Sent(u16, String),
    /// The beginning of an answer; then the connection is closed.
    Cut,
}

impl Answer {
    pub(crate) fn ok(json: &str) -> Self {
        Self::Sent(200, json.into())
    }

    pub(crate) fn status(code: u16, reason: &str, message: &str) -> Self {
        let json = format!(
            r#"{{"kind": "Status", "apiVersion": "v1", "metadata": {{}}, "status": "Failure",
            "message": "{message}", "reason": "{reason}", "code": {code}}}"#
        );
        Self::Sent(code, json)
    }

    pub(crate) fn cut() -> Self {
        Self::Cut
    }
}

/// The server, and what it was asked for.
pub(crate) struct FakeServer {
    folder: TempDir,
    asked: Arc<Mutex<Vec<String>>>,
}

type Respond = dyn Fn(usize, &str) -> Answer + Send;

impl FakeServer {
    /// Answers each request by what `respond` says to how often the kind of request came before, and its
    /// path. Its thread ends with the process.
    pub(crate) fn start(respond: impl Fn(usize, &str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: fake\n\
             clusters: [{{name: fake, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
             contexts: [{{name: fake, context: {{cluster: fake, namespace: shop}}}}]\n"
        );
        std::fs::write(folder.path().join("config"), kubeconfig).unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, respond) = (Arc::clone(&asked), Arc::new(Mutex::new(respond)));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, respond) = (Arc::clone(&log), Arc::clone(&respond));
                thread::spawn(move || serve(&stream, &log, &*respond as &Mutex<Respond>));
            }
        });
        Self { folder, asked }
    }

    pub(crate) fn target(&self) -> Target {
        Target {
            kubeconfig: Some(self.kubeconfig()),
            context: None,
        }
    }

    fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// The paths of all requests, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, log: &Mutex<Vec<String>>, respond: &Mutex<Respond>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if line.trim().is_empty() => break,
                Ok(_) => lines.push(line),
            }
        }
        let path = lines[0].split(' ').nth(1).unwrap().to_owned();
        let kind = |path: &str| path.split('?').next().unwrap().to_owned();
        let number = {
            let mut log = log.lock().unwrap();
            let before = log
                .iter()
                .filter(|other| kind(other) == kind(&path))
                .count();
            log.push(path.clone());
            before
        };
        let answer = respond.lock().unwrap()(number, &path);
        let mut writer = stream;
        let (code, body) = match answer {
            Answer::Sent(code, body) => (code, body),
            Answer::Cut => {
                let _ =
                    writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"items\"");
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {code} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        if writer.write_all((head + &body).as_bytes()).is_err() {
            return;
        }
    }
}
