"""All benches, one after another: each other file here is one, and a script of its own.

`python bench/run.py NAME…` runs those named. Only medians and ratios are worth comparing, and only
on one machine with nothing else running.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NO_BENCHES = ("run.py", "figures.py")


def main() -> None:
    chosen = sys.argv[1:]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}")
    failed = []
    for file in sorted(HERE.glob("*.py")):
        if file.name in NO_BENCHES or (chosen and file.stem not in chosen):
            continue
        print(f"\n== {file.stem}", flush=True)
        paths = os.pathsep.join(map(str, (HERE.parent, HERE.parent / "tests")))
        environment = {**os.environ, "PYTHONPATH": paths}
        if subprocess.run([sys.executable, str(file)], env=environment, check=False).returncode:  # noqa: S603
            failed.append(file.stem)
    if failed:
        sys.exit(f"\nThese benches did not end well: {', '.join(failed)}")


if __name__ == "__main__":
    main()
