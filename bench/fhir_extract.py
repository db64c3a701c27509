"""Print how many of Synthea's resources a second are read, spliced and indexed on one core.

python bench/fhir_extract.py [FOLDER_OF_BUNDLES]

Without it, shared/data/synthea beside the checkout.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from medkarta.fhir.bundle_text import read_bundle
from medkarta.fhir.search.index import index_values
from medkarta.fhir.splice import Meta, splice

BUNDLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "synthea"
ROUNDS = 5


def report(name: str, count: int, work: Callable[[], object]) -> None:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    print(f"{name:<10}{count / best:>10,.0f} resources/s")


def main(folder: Path) -> None:
    texts = [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    entries = [entry for text in texts for entry in read_bundle(text).entries]
    values = sum(len(index_values(entry.resource)) for entry in entries)
    print(f"{len(entries)} resources, {values} index values")
    references = {entry.full_url or "": f"Basic/{entry.index}" for entry in entries}
    meta = Meta(version_id="1", last_updated=datetime.now(UTC))
    report("read", len(entries), lambda: [len(read_bundle(text).entries) for text in texts])
    report(
        "splice",
        len(entries),
        lambda: [
            len(splice(entry.resource_text, id="a", meta=meta, references=references))
            for entry in entries
        ],
    )
    report("index", len(entries), lambda: [len(index_values(entry.resource)) for entry in entries])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLES)
