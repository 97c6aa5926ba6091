"""run_action.py ACTION WORKFLOW DOWNLOADS: runs the steps of a composite action as a runner does, with the inputs that the
workflow gives it, but for where downloads come from. Exits as the first step that fails.

It knows what this action needs: `run` with bash, `env`, and expressions that are an input or of `github`.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

action_file, workflow_file = map(pathlib.Path, sys.argv[1:3])
downloads = sys.argv[3]
action, workflow = YAML(typ="safe").load(action_file), YAML(typ="safe").load(workflow_file)
steps = [step for job in workflow["jobs"].values() for step in job["steps"] if "with" in step and "/gamma@" in step["uses"]]
(step,) = steps
unknown = set(step["with"]) - set(action["inputs"])
assert not unknown, f"the action has no input {unknown}"
inputs = {name: str(step["with"].get(name, input["default"])) for name, input in action["inputs"].items()}
inputs["downloads"] = downloads
values = {f"inputs.{name}": value for name, value in inputs.items()}
values["github.action_ref"] = step["uses"].partition("@")[2]


def expand(text):
    return re.sub(r"\$\{\{ *([a-z_.]+) *\}\}", lambda found: values[found[1]], text)


assert action["runs"]["using"] == "composite"
with tempfile.TemporaryDirectory() as temporary:
    path = pathlib.Path(temporary) / "path"
    path.touch()
    for step in action["runs"]["steps"]:
        assert set(step) <= {"name", "shell", "env", "run"} and step["shell"] == "bash", step
        # Nothing that somebody gives becomes part of a script.
        assert "${{" not in step["run"], step
        environment = os.environ | {
            "GITHUB_ACTION_PATH": str(action_file.parent),
            "GITHUB_PATH": str(path),
            "RUNNER_TEMP": temporary,
            "PATH": ":".join([*reversed(path.read_text().split()), os.environ["PATH"]]),
        }
        environment |= {name: expand(value) for name, value in step["env"].items()}
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], env=environment)
        if done.returncode:
            sys.exit(done.returncode)
