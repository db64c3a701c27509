"""All benches, one after another: each file beside this one that has `measure()`.

`measure()` gives `Figure`s. Only medians and ratios are worth comparing, and only on one machine.
`python bench/run.py NAME…` runs those whose file is named.
"""

import importlib.util
import os
import platform
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests")]


def main() -> None:
    chosen = sys.argv[1:]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n")
    for file in sorted(HERE.glob("*.py")):
        if file.name in ("run.py", "figures.py") or (chosen and file.stem not in chosen):
            continue
        bench = _read(file)
        if not hasattr(bench, "measure"):
            continue  # a script of its own, run by hand
        print(f"{file.stem}: {(bench.__doc__ or '').splitlines()[0]}")
        for figure in bench.measure():
            print(f"  {figure}")
        print()


def _read(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
