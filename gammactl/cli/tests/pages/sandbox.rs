//! The directory in which the commands of a page run, and the scripts that stand in for other
//! programs.

use std::{
    fs,
    io::Read as _,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{self, Child, Stdio},
    sync::{Arc, LazyLock, Mutex},
    thread,
    time::{Duration, Instant},
};

use gamma_testbed::{
    module,
    page::{Command, fits},
};
use tempfile::TempDir;

/// How long a command may take. One that runs until Ctrl-C has as long to print what it should.
const PATIENCE: Duration = Duration::from_secs(30);

/// Programs that are not ours are stood in for: each takes its part of what a page promises.
const STAND_INS: [(&str, &str); 8] = [
    (
        "kubectl",
        r#"case "$1" in
  get) for file in examples/shop/*.yaml; do
    case "$2,$file" in *endpointslices*,*) ;; *endpoints.yaml) continue ;; esac
    cat "$file"; echo ---
  done ;;
  *) for word in "$@"; do case "$last" in -f) [ "$word" = - ] && cat >/dev/null || test -e "$word" ;; esac; last=$word; done ;;
esac"#,
    ),
    // `git show REVISION:FILE`, `git worktree add -q DIRECTORY REVISION`: nothing has changed since.
    (
        "git",
        r#"case "$1" in
  show) cat "${2#*:}" ;;
  worktree) mkdir "$4" && cp -r examples "$4" ;;
esac"#,
    ),
    // `envoy -c FILE`
    ("envoy", r#"test -e "$2""#),
    // `nginx -t -c FILE`, `nginx -c FILE`
    ("nginx", r#"for file in "$@"; do :; done; test -e "$file""#),
    // `make TARGET`
    ("make", r#"grep -q "^$1:" Makefile"#),
    ("curl", ":"),
    // `docker compose -f FILE up`, `docker run ... -v FOLDER:/routes:ro ...`
    (
        "docker",
        r#"for word in "$@"; do
  case "$last" in -f) test -e "$word" || exit 1 ;; -v) test -d "${word%:/routes:ro}" || exit 1 ;; esac
  last=$word
done"#,
    ),
    ("pre-commit", ":"),
];

/// A working directory with examples, a module and programs.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let sandbox = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        copy(&root.join("examples"), &sandbox.path("examples"));
        fs::copy(root.join("Makefile"), sandbox.path("Makefile")).unwrap();
        // The smallest module there is: nothing here loads it.
        sandbox.write("dist/gamma-filter.wasm", "\0asm\x01\0\0\0");
        // For commands that put a config into it.
        fs::write(
            sandbox.path("dist/gamma-filter-compat.wasm"),
            module::WITH_PLACE,
        )
        .unwrap();
        for (name, script) in STAND_INS {
            let path = Path::new("bin").join(name);
            sandbox.write(&path, &format!("#!/bin/bash\n{script}\n"));
            let executable = fs::Permissions::from_mode(0o755);
            fs::set_permissions(sandbox.path(&path), executable).unwrap();
        }
        for place in ["bin/gammactl", "target/release/gammactl"] {
            let link = sandbox.path(place);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gammactl"), link).unwrap();
        }
        sandbox
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// What `command` prints; an error if it does not end as the page says.
    pub(crate) fn run(
        &self,
        command: &Command<'_>,
        expected: Option<&str>,
    ) -> Result<String, String> {
        let path = format!(
            "{}:{}",
            self.path("bin").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let mut child = process::Command::new("bash")
            .args([
                "-c",
                &format!("set -o pipefail; exec 2>&1\n{}", command.text),
            ])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let printed = collect(&mut child);
        let so_far = || String::from_utf8_lossy(&printed.lock().unwrap()).into_owned();
        let end = Instant::now() + PATIENCE;
        let mut interrupted = false;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            let enough = expected.is_some_and(|page| fits(page, &so_far()));
            if command.stays && enough && !interrupted {
                signal(&child, *CTRL_C);
                interrupted = true;
            }
            if Instant::now() > end {
                signal(&child, "KILL");
                child.wait().unwrap();
                return Err(format!("still runs, and printed:\n{}", so_far()));
            }
            thread::sleep(Duration::from_millis(5));
        };
        // The reader ends with the pipe.
        while Arc::strong_count(&printed) > 1 && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
        let printed = String::from_utf8_lossy(&printed.lock().unwrap()).into_owned();
        match status.code() {
            Some(code) if code == command.exits => Ok(printed),
            _ if interrupted => Ok(printed),
            _ => Err(format!("{status}, and printed:\n{printed}")),
        }
    }
}

/// Reads what a child prints, as it comes.
fn collect(child: &mut Child) -> Arc<Mutex<Vec<u8>>> {
    let printed = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&printed);
    let mut pipe = child.stdout.take().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            shared.lock().unwrap().extend_from_slice(&buffer[..length]);
        }
    });
    printed
}

/// The signal that ends a command as Ctrl-C would. A shell starts what it runs in the background with
/// interrupts ignored, children inherit that, and most programs leave it so: where these tests run in the
/// background, commands are asked to end as a supervisor would.
static CTRL_C: LazyLock<&str> = LazyLock::new(|| {
    let traps = process::Command::new("bash")
        .args(["-c", "trap -p INT"])
        .output();
    match traps {
        // `trap -- '' SIGINT`
        Ok(traps) if !traps.stdout.is_empty() => "TERM",
        _ => "INT",
    }
});

fn signal(child: &Child, name: &str) {
    let group = format!("-{}", child.id());
    let _ = process::Command::new("kill")
        .args(["-s", name, "--", &group])
        .status();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
