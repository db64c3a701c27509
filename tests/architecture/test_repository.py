"""What the repository itself promises: sizes, sentences, pins, and nothing of where it was made."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MOST_LINES = 400
# Written in two halves, so that this list is not a finding itself.
ADDRESSES = re.compile(
    "|".join(
        [
            "/wo" + "rk/",
            "/tmp/" + "design",
            "--(extra-)?" + "index-url",
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "registry" + r"\.npmjs",
            r"https?://[^/\s]+/" + "simple/",
        ]
    )
)
MISSION = {
    *(f"R{n}" for n in range(1, 9)),
    *(f"C{n}" for n in range(1, 4)),
    *(f"W{n}" for n in range(1, 4)),
    *(f"S{n}" for n in range(1, 4)),
    *(f"G{n}" for n in range(1, 4)),
    *(f"P{n}" for n in range(1, 7)),
    *(f"H{n}" for n in range(1, 4)),
}


def repository_files() -> list[Path]:
    """What is in the repository or would be with the next commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: there is no list of the repository's files")
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_no_file_of_code_is_longer_than_four_hundred_lines():
    long = {
        str(file.relative_to(ROOT)): lines
        for file in repository_files()
        if file.suffix in {".py", ".html", ".css", ".js", ".sh"} and "migrations" not in file.parts
        if (lines := file.read_text(encoding="utf-8").count("\n")) > MOST_LINES
    }
    assert long == {}


def test_every_module_says_in_one_sentence_what_it_is_for():
    modules = [
        folder for folder in (ROOT / "medkarta").iterdir() if (folder / "__init__.py").exists()
    ]
    unsaid = []
    for module in modules:
        source = (module / "__init__.py").read_text(encoding="utf-8")
        first_line = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]
        if not first_line.endswith("."):
            unsaid.append(module.name)
    assert modules
    assert unsaid == []


def test_every_folder_of_code_is_a_package():
    folders = {file.parent for file in (ROOT / "medkarta").rglob("*.py")}
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()] == []


def test_no_registry_address_and_no_path_of_the_makers_in_the_repository():
    found = []
    for file in repository_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {hit.group()}" for hit in ADDRESSES.finditer(text)]
    assert found == []


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_pinned_requirement_has_its_hashes(name):
    pins = re.split(
        r"\n(?=[a-z0-9])", "\n" + read(f"requirements/{name}.txt"), flags=re.IGNORECASE
    )[1:]
    assert pins
    assert [
        pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin
    ] == []


def test_what_the_project_declares_is_what_is_pinned():
    declared = {re.split(r"[\[>=<]", line)[0] for line in PYPROJECT["project"]["dependencies"]}
    pinned = set(
        re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==", read("requirements/run.txt"), re.MULTILINE)
    )
    assert declared <= pinned


def test_both_readmes_name_the_two_commands():
    for name in ["README.md", "README.ru.md"]:
        assert "make run" in read(name)
        assert "make test" in read(name)


def test_the_glossary_has_a_word_for_every_part_of_the_mission():
    assert set(re.findall(r"\b[RCWSGPH][1-8]\b", read("docs/glossary.md"))) >= MISSION


def test_the_glossary_names_only_modules_of_the_house():
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    house = {name.strip(" ()") for line in layers for name in line.split("|")}
    rows = [
        line.split("|")[1:-1]
        for line in read("docs/glossary.md").splitlines()
        if line.startswith("| ")
    ]
    named = {word for row in rows for word in re.findall(r"`([a-z_]+)`", row[-1])}
    assert named
    assert named <= house


def test_every_door_is_under_the_rule_that_doors_hold_no_tables():
    (rule,) = (
        contract
        for contract in PYPROJECT["tool"]["importlinter"]["contracts"]
        if contract["id"] == "doors-hold-no-tables"
    )
    doors = {"portal", "workplace", "backoffice", "fhir_api", "regions"}
    present = {
        f"medkarta.{door}" for door in doors if (ROOT / "medkarta" / door / "__init__.py").exists()
    }
    assert present <= set(rule["source_modules"])


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(file.name[:4]) for file in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_documents_point_only_at_files_that_exist():
    documents = [ROOT / "README.md", ROOT / "README.ru.md", *(ROOT / "docs").rglob("*.md")]
    missing = [
        f"{document.relative_to(ROOT)} → {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (document.parent / target).exists()
    ]
    assert missing == []


def test_every_attack_case_has_its_place_in_the_security_page_once():
    numbers = []
    for first, last in re.findall(
        r"\bB(\d{3})(?:–B(\d{3}))?", read("docs/security.md").split("##", 1)[1]
    ):
        numbers += range(int(first), int(last or first) + 1)
    assert sorted(numbers) == list(range(1, 169))
