//! `--kube` against a real API server: that of the kubeconfig in `GAMMA_TEST_KUBECONFIG`, which has the CRDs of
//! the Gateway API and whose user may create namespaces. Without it nothing is tested but what needs no
//! cluster.

mod command;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, Instant},
};

use command::fed;

const MANIFESTS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart-v2}
spec: {ports: [{port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart, port: 80}]
  rules: [{name: all, backendRefs: [{name: cart, port: 80}]}]
";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.into()).unwrap()
}

fn gammactl(arguments: &[&str], kubeconfig: &Path, stdin: &str) -> Output {
    let mut command = command::gammactl();
    fed(command.args(arguments).env("KUBECONFIG", kubeconfig), stdin)
}

/// A namespace of a real cluster, deleted in the end.
struct Namespace {
    name: String,
    kubeconfig: PathBuf,
    /// Contexts in it and with a user who may nothing.
    folder: tempfile::TempDir,
}

impl Namespace {
    /// `None` where no cluster is to be had.
    fn new(test: &str) -> Option<Self> {
        let kubeconfig = PathBuf::from(env::var_os("GAMMA_TEST_KUBECONFIG")?);
        let name = format!("gamma-{test}-{}", std::process::id());
        let folder = tempfile::tempdir().unwrap();
        let namespace = Self {
            name,
            kubeconfig,
            folder,
        };
        namespace.kubectl(&["create", "namespace", &namespace.name], "");
        namespace.kubectl(&["apply", "-n", &namespace.name, "-f", "-"], MANIFESTS);
        let view = namespace.kubectl(&["config", "view", "--minify", "--flatten"], "");
        fs::write(namespace.path(), view).unwrap();
        let path = namespace.path();
        let own = [
            "config",
            "set-context",
            "--current",
            "--namespace",
            &namespace.name,
        ];
        let mut set = Command::new(kubectl());
        let done = set.args(own).arg("--kubeconfig").arg(&path).output();
        assert!(done.unwrap().status.success());
        Some(namespace)
    }

    /// The kubeconfig whose current context is in the namespace.
    fn path(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    fn kubectl(&self, arguments: &[&str], stdin: &str) -> String {
        let mut command = Command::new(kubectl());
        let output = fed(
            command.args(arguments).env("KUBECONFIG", &self.kubeconfig),
            stdin,
        );
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    fn gammactl(&self, arguments: &[&str], stdin: &str) -> Output {
        gammactl(arguments, &self.path(), stdin)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let name = self.name.clone();
        self.kubectl(&["delete", "namespace", &name, "--wait=false"], "");
    }
}

fn kubectl() -> String {
    env::var("KUBECTL").unwrap_or_else(|_| "kubectl".into())
}

#[test]
fn explain_asks_the_cluster_and_says_where_its_rules_are() {
    let Some(namespace) = Namespace::new("explain") else {
        return;
    };
    let output = namespace.gammactl(&["explain", "--kube", "curl http://cart/"], "");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let name = &namespace.name;
    assert!(said.contains(&format!("/HTTPRoute/{name}/cart:")), "{said}");
    assert!(said.contains(&format!("to {name}/cart/80")), "{said}");
    // The other client has no Service of that name.
    let output = namespace.gammactl(&["explain", "--kube", "-n", "default", "http://cart/"], "");
    assert!(text(&output.stdout).contains("passes through"));
}

#[test]
fn diff_says_what_an_apply_would_change_and_then_it_has() {
    let Some(namespace) = Namespace::new("diff") else {
        return;
    };
    let same = namespace.gammactl(&["diff", "--kube", "-f", "-"], MANIFESTS);
    assert!(
        text(&same.stderr).contains("nothing changes"),
        "{}",
        text(&same.stderr)
    );
    let changed = MANIFESTS.replace(
        "backendRefs: [{name: cart,",
        "backendRefs: [{name: cart-v2,",
    );
    let diff = ["diff", "--kube", "--exit-code", "-f", "-"];
    let output = namespace.gammactl(&diff, &changed);
    assert_eq!(output.status.code(), Some(1));
    let (said, name) = (text(&output.stdout), &namespace.name);
    let line = format!("answer: to {name}/cart/80 → to {name}/cart-v2/80");
    assert!(said.contains("cart-v2"), "{line}\n{said}");
    namespace.kubectl(&["apply", "-n", name, "-f", "-"], &changed);
    let output = namespace.gammactl(&diff, &changed);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn files_lie_over_the_cluster_wherever_it_is_read() {
    let Some(namespace) = Namespace::new("over") else {
        return;
    };
    let new = "\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart}
spec:
  parentRefs: [{group: '', kind: Service, name: cart, port: 80}]
  rules: [{name: new, backendRefs: [{name: cart-v2, port: 80}]}]
";
    let over = [
        "explain",
        "--kube",
        "-f",
        "-",
        "http://cart/",
        "--output",
        "brief",
    ];
    let output = namespace.gammactl(&over, new);
    let said = text(&output.stdout);
    let name = &namespace.name;
    assert!(
        said.contains(&format!("HTTPRoute/{name}/cart/new")),
        "{said}"
    );
    assert!(said.contains(&format!("to {name}/cart-v2/80")), "{said}");
    let output = namespace.gammactl(&["compile", "--kube"], "");
    let config = gamma_config::parse(&output.stdout).unwrap();
    assert!(
        config
            .services
            .iter()
            .any(|service| service.namespace == *name)
    );
}

#[test]
fn test_cases_are_run_against_the_cluster() {
    let Some(namespace) = Namespace::new("test") else {
        return;
    };
    // The file is not there: the cluster is tested.
    let name = &namespace.name;
    let case = format!(
        "manifests: [not-there.yaml]\nclientNamespace: {name}\n\
         requests: [{{request: 'GET http://cart/', expect: {{backend: cart}}}}]\n"
    );
    let output = namespace.gammactl(&["test", "--kube", "-"], &case);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let output = namespace.gammactl(
        &["test", "--kube", "-"],
        &case.replace("backend: cart", "backend: cart-v2"),
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn who_may_see_nothing_is_told_the_rules_that_are_missing() {
    let Some(namespace) = Namespace::new("rbac") else {
        return;
    };
    let name = &namespace.name;
    namespace.kubectl(&["create", "serviceaccount", "-n", name, "viewer"], "");
    let token = namespace.kubectl(&["create", "token", "-n", name, "viewer"], "");
    let config = namespace.path();
    for arguments in [
        [
            "set-credentials",
            "viewer",
            &format!("--token={}", token.trim()),
        ],
        ["set-context", "--current", "--user=viewer"],
    ] {
        let mut command = Command::new(kubectl());
        let command = command
            .arg("config")
            .args(arguments)
            .arg("--kubeconfig")
            .arg(&config);
        assert!(command.output().unwrap().status.success());
    }
    let output = namespace.gammactl(&["compile", "--kube"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = text(&output.stderr);
    assert!(
        said.contains("error[G641]") && said.contains("resources: [httproutes]"),
        "{said}"
    );
    assert!(
        said.contains("warning[G642]") && said.contains("resources: [endpointslices]"),
        "{said}"
    );
    // With the role of the page, everything is there.
    let page = include_str!("../../../docs/commands/check.md");
    let role = page.split("```yaml role.yaml\n").nth(1).unwrap();
    let role = role.split("```").next().unwrap();
    let role = role.replace("name: gammactl", &format!("name: {name}"));
    namespace.kubectl(&["apply", "-f", "-"], &role);
    let binding = format!("--serviceaccount={name}:viewer");
    let role = format!("--clusterrole={name}");
    namespace.kubectl(&["create", "clusterrolebinding", name, &role, &binding], "");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let output = namespace.gammactl(&["check", "--kube"], "");
        let said = text(&output.stderr);
        let missing = ["G641", "G642", "G643"]
            .iter()
            .any(|code| said.contains(code));
        if !missing {
            break;
        }
        assert!(Instant::now() < deadline, "{said}");
        std::thread::sleep(Duration::from_millis(100));
    }
    namespace.kubectl(&["delete", "clusterrolebinding", name], "");
    namespace.kubectl(&["delete", "clusterrole", name], "");
}

#[test]
fn no_cluster_is_an_error_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let kubeconfig = |server: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: dev\n\
             clusters: [{{name: dev, cluster: {{server: '{server}'}}}}]\n\
             contexts: [{{name: dev, context: {{cluster: dev}}}}]\n"
        )
    };
    // Nobody listens on a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    fs::write(&config, kubeconfig(&format!("http://127.0.0.1:{port}"))).unwrap();
    for (arguments, expected) in [
        (&["check", "--kube"][..], "is the cluster running?"),
        (&["check", "--kube=prod"], "the kubeconfig has dev"),
        (&["check", "--kube=dev", "--context", "prod"], "name one"),
        (
            &["check", "--kubeconfig", "/not/there"],
            "--kubeconfig names another",
        ),
        (&["diff", "--kube"], "gammactl diff --kube -f PATH"),
        (
            &["diff", "--kube", "a", "b"],
            "with --kube, OLD is the cluster",
        ),
        (
            &["explain", "--kube", "curl http://a/", "-H", "a: b"],
            "put -X, -H and -d into it",
        ),
    ] {
        let output = gammactl(arguments, &config, "");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

/// A cluster without Istio has no sidecars to ask; one with it says of each what it runs.
#[test]
fn status_asks_the_sidecars_where_there_is_istio() {
    let Some(namespace) = Namespace::new("status") else {
        return;
    };
    let name = &namespace.name;
    let arguments = ["status", "--kube", "-n", name, "--output", "json"];
    let output = namespace.gammactl(&arguments, "");
    if text(&output.stderr).contains("is Istio installed in it?") {
        assert_eq!(output.status.code(), Some(2));
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["sidecars"], serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn as_a_plugin_of_kubectl_it_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = folder.path().join("kubectl-gamma");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gammactl"), &plugin).unwrap();
    let run = |arguments: &[&str]| Command::new(&plugin).args(arguments).output().unwrap();
    let help = text(&run(&["explain", "--help"]).stdout);
    assert!(help.contains("Usage: kubectl gamma explain"), "{help}");
    // kubectl's own options, wherever a cluster is read.
    assert!(help.contains("--context <NAME>") && help.contains("--kubeconfig <FILE>"));
    let mistake = run(&["check"]);
    assert_eq!(mistake.status.code(), Some(2));
    let said = text(&mistake.stderr);
    assert!(said.contains("Usage: kubectl gamma check"), "{said}");
    // With krew there is no program of the other name: examples are those of this one.
    let nothing = text(&run(&[]).stderr);
    assert!(nothing.contains("Usage: kubectl gamma ["), "{nothing}");
    for help in [nothing, text(&run(&["explain", "--help"]).stdout)] {
        assert!(help.contains("  kubectl gamma explain"), "{help}");
        assert!(!help.contains("  gammactl "), "{help}");
    }
}
