"""Print how many of Synthea's resources a second are checked for their structure on one core.

python bench/fhir_structure.py FOLDER_OF_BUNDLES
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from figures import Figure

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.structure.check import issues_of

SYNTHEA = Path(__file__).resolve().parents[2] / "shared" / "data" / "synthea"
TAKES = 5
AIM = 20_000


def check_all(resources: list[JsonObject], types: dict[str, str]) -> int:
    return sum(len(issues_of(resource, types=types)) for resource in resources)


def main(folder: Path) -> None:
    bundles = [read_bundle(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    if not bundles:
        print(f"No bundles in {folder}")
        return
    resources = [entry.resource for bundle in bundles for entry in bundle.entries]
    types = {url: kind for bundle in bundles for url, kind in bundle.types().items()}
    count = len(resources)
    start = time.process_time()
    issues = check_all(resources, types)
    print(f"{count} resources, {issues} issues; first round {time.process_time() - start:.2f} s")
    takes = []
    for _ in range(TAKES):
        start = time.process_time()
        check_all(resources, types)
        takes.append(count / (time.process_time() - start))
    print(
        Figure(
            name="checked",
            unit="resources/s",
            takes=tuple(takes),
            aim=AIM,
            more_is_better=True,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SYNTHEA)
