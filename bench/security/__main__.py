"""What the time of an answer tells: `make bench-security`, with ARGS="fhir" or ARGS="accounts" one.

    make bench-security ARGS="fhir --turns 2000"

A service is started for it. What is printed of the FHIR API is judged over all pairs together; only
differences within one run say something, and a busy machine hides small ones.
"""

import argparse

from bench.fhir.own import own_service
from bench.security import accounts, fhir

_TURNS = 500


def main() -> None:
    asked = argparse.ArgumentParser(
        prog="bench.security",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    asked.add_argument(
        "what", nargs="*", choices=["accounts", "fhir"], default=["accounts", "fhir"]
    )
    asked.add_argument("--turns", type=int, default=_TURNS, help="questions of each kind")
    given = asked.parse_args()
    with own_service(MEDKARTA_DEMO="no") as own:  # its people would be ours too
        if "accounts" in given.what:
            accounts.measured()
        if "fhir" in given.what:
            pairs = list(fhir.measured(own.port, turns=given.turns))
            for pair in pairs:
                print(pair.told(among=len(pairs)))


if __name__ == "__main__":
    main()
