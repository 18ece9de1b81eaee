"""`python -m deploy.contracts` writes what is generated from events and refusals.

It refuses a change that would break a reader.
"""

import json
import sys

from deploy.contracts import asyncapi, gate, problems, schemas


def main() -> int:
    """Exit code 1, with the reasons on standard error, when a changed event breaks a reader."""
    generated = schemas.files()
    broken = [
        f"{path.stem}: {reason}"
        for path, text in generated.items()
        if path.exists()
        for reason in gate.breaks(json.loads(path.read_text(encoding="utf-8")), json.loads(text))
    ]
    if broken:
        sys.stderr.write("Make a new event class and version instead (CONTRIBUTING.md):\n")
        sys.stderr.writelines(f"  {line}\n" for line in broken)
        return 1
    schemas.FOLDER.mkdir(exist_ok=True)
    for path, text in generated.items():
        path.write_text(text, encoding="utf-8")
    asyncapi.PATH.parent.mkdir(exist_ok=True)
    asyncapi.PATH.write_text(asyncapi.text(), encoding="utf-8")
    problems.PATH.write_text(problems.text(), encoding="utf-8")
    problems.CATALOG.write_text(problems.catalog(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
