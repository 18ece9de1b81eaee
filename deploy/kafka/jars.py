"""Where Java and the broker's jars are. Fetched once, checked by `jars.sha256`, never committed."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
JAVA_VERSION_MIN = 17
FETCH_MAX_S = 300
PROBE_MAX_S = 20


class KafkaUnavailable(Exception):
    """This machine cannot run a broker; the message says what is missing."""


def java() -> str | None:
    """The `java` of JAVA_HOME, else of PATH; None if there is none of version 17 or later."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    return found if found and _java_version(found) >= JAVA_VERSION_MIN else None


def has_java() -> bool:
    """Whether a broker can be started here: Java 17, and the jars or a Maven that brings them."""
    return java() is not None and (_is_complete(jars_folder()) or shutil.which("mvn") is not None)


def jars_folder() -> Path:
    """A folder of the user's cache, named by what it holds, so that versions never mix."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "laurel" / f"kafka-{_digest(HERE / 'jars.sha256')[:12]}"


def fetch() -> Path:
    """The folder of the jars; Maven brings what is not there yet. Safe to run twice at a time."""
    folder = jars_folder()
    if _is_complete(folder):
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable(
            "Maven (mvn) is needed once to fetch Apache Kafka; BROKERS names another broker."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
        _copy_jars(maven, Path(scratch) / "jars")
        _check(Path(scratch) / "jars")
        _move(Path(scratch) / "jars", folder)
    return folder


def _copy_jars(maven: str, into: Path) -> None:
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    command = [maven, "-q", "-B", "--strict-checksums", "-f", str(HERE / "pom.xml"), *goal]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_MAX_S, check=False)
    if done.returncode != 0:
        raise KafkaUnavailable(
            f"Maven could not fetch Apache Kafka:\n{(done.stdout + done.stderr)[-2000:]}"
        )


def _move(jars: Path, folder: Path) -> None:
    """Whoever fetches at the same time brings the same files: the first to arrive wins, the other's
    are dropped.
    """
    if not _is_complete(folder):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            jars.rename(folder)
        except OSError:
            _check(folder)


def _check(folder: Path) -> None:
    for name, digest in _expected().items():
        jar = folder / name
        if not jar.is_file() or _digest(jar) != digest:
            raise KafkaUnavailable(f"{name} is missing or not what jars.sha256 says.")


def _is_complete(folder: Path) -> bool:
    return folder.is_dir() and all((folder / name).is_file() for name in _expected())


def _expected() -> dict[str, str]:
    lines = (HERE / "jars.sha256").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _java_version(java: str) -> int:
    """Major version; 0 where `java` is a launcher without a Java behind it."""
    said = subprocess.run(
        [java, "-version"], capture_output=True, text=True, timeout=PROBE_MAX_S, check=False
    )
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    return int(found.group(1)) if found else 0
