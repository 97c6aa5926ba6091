//! The cluster of `$KUBECONFIG`, by the command that people use.

use std::{
    ffi::OsStr,
    io::Write as _,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

/// How long anything may take that is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What the command prints.
///
/// # Errors
///
/// It fails; the message is what it says.
pub(crate) fn kubectl<A: AsRef<OsStr>>(arguments: &[A]) -> Result<String> {
    run(Command::new("kubectl").args(arguments), None)
}

/// The same with an input.
pub(crate) fn kubectl_with<A: AsRef<OsStr>>(arguments: &[A], input: &str) -> Result<String> {
    run(Command::new("kubectl").args(arguments), Some(input))
}

/// Applies objects, in their order.
pub(crate) fn apply(objects: &str) -> Result<String> {
    kubectl_with(
        &["apply", "--server-side", "--force-conflicts", "-f", "-"],
        objects,
    )
}

/// Applies objects as if another program had.
pub(crate) fn apply_as(field_manager: &str, objects: &str) -> Result<String> {
    let manager = format!("--field-manager={field_manager}");
    kubectl_with(&["apply", "--server-side", &manager, "-f", "-"], objects)
}

/// Takes objects away, and waits until they are gone.
pub(crate) fn delete(objects: &str) -> Result<()> {
    kubectl_with(&["delete", "--ignore-not-found", "-f", "-"], objects)?;
    Ok(())
}

/// An object or a list, as JSON.
pub(crate) fn get(arguments: &[&str]) -> Result<Value> {
    let all = [&["get", "-o", "json"], arguments].concat();
    Ok(serde_json::from_str(&kubectl(&all)?)?)
}

/// Those of the cluster that a text names, as they are there.
pub(crate) fn get_of(objects: &str) -> Result<Vec<Value>> {
    let found = kubectl_with(&["get", "-o", "json", "-f", "-"], objects)?;
    let mut found: Value = serde_json::from_str(&found)?;
    Ok(match found["items"].take() {
        Value::Array(items) => items,
        _ => vec![found],
    })
}

/// Objects as the text that `kubectl` reads.
pub(crate) fn list(objects: &[Value]) -> String {
    serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string()
}

/// Waits until the pods of a Deployment are the newest and ready.
pub(crate) fn rolled_out(namespace: &str, deployment: &str) -> Result<()> {
    let deployment = format!("deployment/{deployment}");
    let timeout = format!("--timeout={}s", PATIENCE.as_secs());
    kubectl(&["-n", namespace, "rollout", "status", &deployment, &timeout])?;
    Ok(())
}

/// Runs a command to its end, and gives what it prints.
///
/// # Errors
///
/// It can't be run, or it fails; the message is what it says.
pub(crate) fn run(command: &mut Command, input: Option<&str>) -> Result<String> {
    let Output {
        status,
        stdout,
        stderr,
    } = output(command, input)?;
    let said = String::from_utf8_lossy(&stderr);
    ensure!(
        status.success(),
        "{command:?}: {status}\n{said}{}",
        String::from_utf8_lossy(&stdout)
    );
    Ok(String::from_utf8(stdout)?)
}

/// The same, whether it fails or not.
pub(crate) fn output(command: &mut Command, input: Option<&str>) -> Result<Output> {
    let program = || format!("{command:?}");
    let what = program();
    let stdin = match input {
        Some(_) => Stdio::piped(),
        None => Stdio::null(),
    };
    let mut child = command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| what.clone())?;
    thread::scope(|scope| {
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            // Both at once: it may print more than a pipe holds before it has read everything.
            scope.spawn(move || stdin.write_all(input.as_bytes()));
        }
        child.wait_with_output().with_context(|| what.clone())
    })
}

/// Waits until `holds` gives something.
///
/// # Errors
///
/// It never does; the message is what was missing last.
pub(crate) fn until<T>(what: &str, mut holds: impl FnMut() -> Result<T>) -> Result<T> {
    let begin = Instant::now();
    loop {
        match holds() {
            Ok(found) => return Ok(found),
            Err(missing) if begin.elapsed() > PATIENCE => {
                bail!("not within {PATIENCE:?}: {what}: {missing:#}")
            }
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}
