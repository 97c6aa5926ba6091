//! Changes of files are noticed, each of them once.

use std::{
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use super::*;

/// Longer than any machine takes; nothing waits for it unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a watch of `paths` in a thread; each run is heard of.
fn start(paths: Vec<PathBuf>) -> Receiver<Vec<PathBuf>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        watch(&paths, |changed| match sender.send(changed.to_vec()) {
            Ok(()) => ControlFlow::Continue(()),
            // The test is over.
            Err(_) => ControlFlow::Break(()),
        });
    });
    receiver
}

#[test]
fn runs_once_and_then_after_each_change() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.yaml");
    let other = directory.path().join("b.yaml");
    fs::write(&file, "1").unwrap();
    let runs = start(vec![directory.path().into()]);
    let next = || runs.recv_timeout(PATIENCE).unwrap();
    assert!(next().is_empty(), "the first run");

    fs::write(&file, "22").unwrap();
    assert_eq!(next(), [&*file], "written");

    let temporary = directory.path().join(".a.yaml.swp");
    fs::write(&temporary, "33").unwrap();
    fs::rename(&temporary, &file).unwrap();
    assert_eq!(next(), [&*file], "replaced by one of the same length");

    fs::write(&other, "4").unwrap();
    assert_eq!(next(), [&*other], "new in the directory");

    fs::remove_file(&other).unwrap();
    assert_eq!(next(), [&*other], "removed");

    // What is no manifest changes nothing: only the last of these is heard of.
    fs::write(directory.path().join("notes.txt"), "5").unwrap();
    fs::write(directory.path().join(".hidden.yaml"), "5").unwrap();
    fs::write(&file, "666").unwrap();
    assert_eq!(next(), [&*file]);
}

/// Whether the watch looks between the two steps or not.
#[test]
fn an_editor_that_moves_and_writes_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.yaml");
    fs::write(&file, "1").unwrap();
    let mut before = Watched::default();
    before.add(std::slice::from_ref(&file));

    fs::rename(&file, directory.path().join("a.yaml~")).unwrap();
    let saved = file.clone();
    let editor = thread::spawn(move || {
        thread::sleep(SETTLED / 4);
        fs::write(&saved, "2").unwrap();
    });
    assert_eq!(before.wait(), [file]);
    editor.join().unwrap();
}

#[test]
fn a_change_between_a_look_and_the_wait_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (
        directory.path().join("first"),
        directory.path().join("second"),
    );
    fs::write(&first, "1").unwrap();
    let mut watched = Watched::default();
    watched.add(std::slice::from_ref(&first));
    // Reading `first` said that there is a `second`, which is not there yet.
    watched.add(std::slice::from_ref(&second));
    fs::write(&first, "changed").unwrap();
    fs::write(&second, "new").unwrap();
    assert_eq!(watched.wait(), [first, second]);
}
