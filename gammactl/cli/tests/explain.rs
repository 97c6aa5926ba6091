//! `gammactl explain` prints exactly the golden text: the commands are in the first lines of the
//! manifests (`# $ gammactl explain …`), the text is beside them.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use gamma_golden as golden;

const INPUTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explain");

#[test]
fn explanations_read_exactly_so() {
    let mut wrong = Vec::new();
    for input in golden::inputs(INPUTS) {
        let text = fs::read_to_string(&input).unwrap();
        let commands = text.lines().map_while(|line| line.strip_prefix("# $ "));
        let printed: Vec<String> = commands.map(|command| run(command, &input)).collect();
        assert!(!printed.is_empty(), "{}: no command", input.display());
        golden::check(&input, "txt", &printed.join("\n"), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The command and what it prints, as in a terminal; what it says of the manifests is left out, and
/// so is an exit code of 0.
fn run(command: &str, input: &Path) -> String {
    let output = shell(command, input);
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let errors = said.lines().filter(|line| {
        ["error: ", "note: "]
            .iter()
            .any(|kind| line.starts_with(kind))
    });
    let mut text = format!("$ {command}\n{printed}");
    for error in errors {
        text.push_str(&format!("{error}\n"));
    }
    match output.status.code() {
        Some(0) => {}
        code => text.push_str(&format!("exits with {}\n", code.unwrap_or(-1))),
    }
    text
}

fn shell(command: &str, input: &Path) -> Output {
    let gammactl = Path::new(env!("CARGO_BIN_EXE_gammactl"));
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["-c", command])
        .current_dir(input.parent().unwrap())
        .env(
            "PATH",
            format!("{}:{path}", gammactl.parent().unwrap().display()),
        )
        .output()
        .unwrap()
}

#[test]
fn exit_codes_are_those_of_the_other_commands() {
    let input = golden::inputs(INPUTS).remove(0);
    for (command, code) in [
        // Whatever is decided, it was explained.
        (
            "gammactl explain -f shares.yaml -n shop http://cart/none",
            0,
        ),
        ("gammactl explain -f shares.yaml http://nobody/", 0),
        (
            "gammactl explain -f requests.yaml --requests requests.list",
            1,
        ),
        (
            "gammactl explain -f requests.yaml --access-log access.log",
            0,
        ),
        (
            "gammactl explain -f requests.yaml --access-log requests.list",
            1,
        ),
        ("echo '{' | gammactl explain -c - http://cart/", 1),
        ("gammactl explain -f shares.yaml", 2),
        ("gammactl explain http://cart/", 2),
        ("gammactl explain -f http://cart/", 2),
        ("gammactl explain -f shares.yaml 'GET http://'", 2),
        (
            "gammactl explain -f shares.yaml http://cart/ -H nonsense",
            2,
        ),
        (
            "gammactl explain -f shares.yaml -c shares.yaml http://cart/",
            2,
        ),
        ("gammactl explain -f nowhere.yaml http://cart/", 2),
        ("gammactl explain -f shares.yaml --requests nowhere.txt", 2),
    ] {
        let output = shell(command, &input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{command}\n{said}");
        if code == 2 {
            assert!(output.stdout.is_empty(), "{command}");
        }
    }
}
