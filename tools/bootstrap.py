"""From a fresh clone to a running program: environment, pinned packages, then the command.

Standard library only, since it runs before anything is installed. When nothing changed, it does
no more than compare a hash and hand over.

Root is a case of its own. PostgreSQL refuses root, so the program goes on as the user `medkarta`,
who must be able to read Python, the packages and the program. Where the checkout, or the Python
that was called, lies in a folder closed to others (as /root is), both are put under /var/lib.
"""

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
OLDEST, TOO_NEW = (3, 11), (3, 14)
FOR_SERVICE_USER = Path("/var/lib/medkarta")
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3")
NO_PYTHON = (
    "Medkarta needs Python 3.11 to 3.13 with the module venv"
    " (on Debian 12: apt-get install python3 python3-venv)."
)
NO_PYTHON_FOR_ROOT = NO_PYTHON + (
    " As root it must be one that other users can execute: a Python below /root cannot be used."
)
BENCHES = ("bench", "bench-fhir", "bench-security")
USAGE = f"Usage: bootstrap.py run|test|check|{'|'.join(BENCHES)}|gallery|install|clean [arguments]"
EXTRA = dict.fromkeys(("test", "check", *BENCHES, "gallery", "install"), "dev")


def main() -> None:
    task, *arguments = sys.argv[1:] or [""]
    if task == "clean":
        clean()
        return
    if os.geteuid() == 0:
        os.umask(0o022)  # what is made here is read by the service user
    place = Place()
    place.prepare(EXTRA.get(task, "run"))
    if task == "test":
        # Its many processes would each read the sources anew, and the tests with their asserts.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    bin_folder = place.venv / "bin"
    python = str(bin_folder / "python")
    commands = {
        "run": [python, "-P", "-m", "medkarta", "run"],
        "test": [
            python,
            "-m",
            "pytest",
            "-n",
            # Two more than there are processors: journeys and services wait most of their time.
            str(min((os.cpu_count() or 1) + 2, 8)),
        ],
        "check": ["bash", "tools/check.sh", str(bin_folder)],
        "bench": [python, "bench/run.py"],
        "bench-fhir": [python, "-m", "bench.fhir"],
        "bench-security": [python, "-m", "bench.security"],
        "gallery": [python, "tools/gallery"],
        "install": [python, "-c", "pass"],
    }
    if task not in commands:
        sys.exit(USAGE)
    command = commands[task] + arguments
    if task == "run":
        os.environ["PYTHONPATH"] = str(place.program)
        # `make` is our parent here: if it is killed, the service is not to be left behind.
        if os.environ.pop("MEDKARTA_FROM_MAKE", ""):
            os.environ["MEDKARTA_FOLLOW_PARENT"] = str(os.getppid())
    else:
        os.chdir(CHECKOUT)
    sys.stdout.flush()
    os.execvp(command[0], command)  # noqa: S606


class Place:
    """Where environment and program lie, and bringing them there."""

    def __init__(self) -> None:
        apart = os.geteuid() == 0 and not open_to_all(CHECKOUT / "medkarta" / "__main__.py")
        if apart:
            mark = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:8]
            base = FOR_SERVICE_USER / mark
            self.venv, self.program = base / "venv", base / "app"
        else:
            self.venv, self.program = CHECKOUT / ".venv", CHECKOUT

    def prepare(self, extra: str) -> None:
        """Make what is missing or old; nothing when nothing changed."""
        if not self._current(extra):
            self.venv.parent.mkdir(parents=True, exist_ok=True)
            one_at_a_time = os.open(self.venv.parent, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            if not self._current(extra):
                self._install(extra)
            os.close(one_at_a_time)
        if self.program != CHECKOUT:
            self._copy_program()
        elif extra == "dev":
            self._compile()

    def _current(self, extra: str) -> bool:
        """A stamp is written last, so that an install that was cut off does not count."""
        if not usable(self.venv):
            return False
        return any(
            read(self.venv / f"medkarta-{kind}.stamp") == self._state(kind)
            for kind in dict.fromkeys((extra, "dev"))
        )

    def _state(self, extra: str) -> str:
        pinned = (CHECKOUT / "requirements" / f"{extra}.txt").read_bytes()
        return hashlib.sha256(pinned + os.fsencode(self.program)).hexdigest()

    def _install(self, extra: str) -> None:
        if not usable(self.venv):
            print(f"Making a Python environment in {self.venv} …", flush=True)
            call([find_python(), "-m", "venv", "--clear", str(self.venv)])
        print("Installing the pinned packages …", flush=True)
        python = str(self.venv / "bin" / "python")
        call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
              "--no-deps", "--require-hashes",
              "-r", str(CHECKOUT / "requirements" / f"{extra}.txt")])  # fmt: skip
        self._write_commands(python)
        (self.venv / f"medkarta-{extra}.stamp").write_text(self._state(extra))
        link = CHECKOUT / ".venv"
        if self.venv != link and (link.is_symlink() or not link.exists()):
            link.unlink(missing_ok=True)
            link.symlink_to(self.venv)  # .venv/bin/medkarta is where everybody finds it

    def _write_commands(self, python: str) -> None:
        asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        answer = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603
        Path(answer.stdout.strip(), "medkarta.pth").write_text(f"{self.program}\n")
        script = self.venv / "bin" / "medkarta"
        # Not a #! line with the path: those end after 127 characters.
        script.write_text(
            '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m medkarta "$@"\n'
        )
        script.chmod(0o755)

    def _copy_program(self) -> None:
        source, target = CHECKOUT / "medkarta", self.program / "medkarta"
        files = sorted(path for path in source.rglob("*") if "__pycache__" not in path.parts)
        seen = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files]
        state = hashlib.sha256(repr(seen).encode()).hexdigest()
        stamp = self.program / "copied.stamp"
        if read(stamp) == state:
            return
        stamp.unlink(missing_ok=True)
        fresh = self.program / "medkarta.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        shutil.copyfile(CHECKOUT / "pyproject.toml", self.program / "pyproject.toml")
        self._compile()
        stamp.write_text(state)

    def _compile(self) -> None:
        """What is compiled already is left; the service user can read it, and not write it."""
        call([str(self.venv / "bin" / "python"), "-m", "compileall", "-q",
              str(self.program / "medkarta")])  # fmt: skip


def find_python() -> str:
    """A Python of the right age that has venv; as root one that other users can execute."""
    here = os.path.realpath(sys.executable)
    found = [here, *(f"/usr/bin/{name}" for name in CANDIDATES)]
    found += [path for name in CANDIDATES if (path := shutil.which(name))]
    for path in dict.fromkeys(found):
        if os.geteuid() == 0 and not (Path(path).exists() and open_to_all(Path(path))):
            continue
        asked = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
        try:
            answer = subprocess.run(  # noqa: S603
                [path, "-c", asked], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        if OLDEST <= tuple(map(int, answer.stdout.split())) < TOO_NEW:
            return path
    sys.exit(NO_PYTHON_FOR_ROOT if os.geteuid() == 0 else NO_PYTHON)


def usable(venv: Path) -> bool:
    python = venv / "bin" / "python"
    return python.exists() and (os.geteuid() != 0 or open_to_all(python))


def open_to_all(file: Path) -> bool:
    """Whether any user can read the file: it itself, and every folder above lets others through."""
    real = file.resolve()
    above = all(folder.stat().st_mode & stat.S_IXOTH for folder in real.parents)
    return above and bool(real.stat().st_mode & stat.S_IROTH)


def read(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def call(command: list[str]) -> None:
    done = subprocess.run(command, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"This failed, and its reason stands above: {' '.join(command)}")


def clean() -> None:
    """Remove what is made again by itself. People's data (MEDKARTA_HOME) is not touched."""
    venv = CHECKOUT / ".venv"
    if venv.is_symlink():
        shutil.rmtree(venv.resolve(), ignore_errors=True)
        venv.unlink()
    for name in (".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"):
        shutil.rmtree(CHECKOUT / name, ignore_errors=True)
    for folder in (CHECKOUT / "medkarta").rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
