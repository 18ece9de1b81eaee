"""The README's main job, run as it stands there: what follows `# →` must be in the answer."""

import re
import shlex
import subprocess
from pathlib import Path

from tests.e2e.running import Run

README = Path(__file__).parents[2] / "README.md"
ASKS_MAX = 60

EXPECT = """
expect() {{  # what, then a command: asked again until it answers so
  for _ in $(seq {asks}); do out=$(eval "$2"); case "$out" in *"$1"*) return;; esac; sleep 0.5; done
  echo "expected $1 from: $2"; echo "$out"; exit 1
}}
"""


def main_job() -> list[str]:
    """The lines of the README's bash block."""
    (block,) = re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    return block.splitlines()


def script(lines: list[str]) -> str:
    """The block with its promised answers held against the real ones."""
    out = ["set -euo pipefail", EXPECT.format(asks=ASKS_MAX)]
    for line in lines:
        command, promised, answer = line.partition("  # → ")
        says = f"expect {shlex.quote(answer)} {shlex.quote(command)}" if promised else line
        out.append(says)
    return "\n".join(out)


def test_the_main_job_answers_as_the_readme_says(run: Run):
    lines = main_job()
    assert sum("# → " in line for line in lines) == 8
    done = subprocess.run(
        ["bash", "-c", script(lines)],
        cwd=run.folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_answer_that_is_not_as_promised_fails():
    lines = ["call() { echo 41; }", "call  # → 42"]
    text = script(lines).replace(f"seq {ASKS_MAX}", "seq 1")
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)
    assert (done.returncode, "expected 42" in done.stdout) == (1, True)
