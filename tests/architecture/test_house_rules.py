"""Each ast-grep rule catches what it is for and lets the right way pass."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AST_GREP = Path(sys.executable).parent / "ast-grep"

BAD = [
    (
        "grant-is-made-in-access",
        "medkarta/record/queries.py",
        [
            "Grant(patient_ids=ids)",
            "access.Grant(patient_ids=ids)",
            "replace(grant, sections=all_)",
        ],
    ),
    (
        "actions-are-keyword-only",
        "medkarta/insurance/actions.py",
        [
            "def link(policy, *, now): ...",
            "def link(**fields): ...",
            "def link(*numbers): ...",
            "@transaction.atomic\ndef link(policy: Policy) -> None: ...",
        ],
    ),
    (
        "actions-are-keyword-only",
        "medkarta/record/actions/store.py",
        ["def store(resource: str) -> None: ..."],
    ),
    (
        "doors-ask-queries",
        "medkarta/portal/views.py",
        [
            "Policy.objects.filter(pk=1)",
            "get_object_or_404(Policy, pk=1)",
            "with connection.cursor() as cursor: ...",
            "Policy._default_manager.all()",
        ],
    ),
    (
        "no-signals",
        "medkarta/audit/actions.py",
        [
            "from django.db.models.signals import post_save",
            "from django.db.models import signals",
            "from django.dispatch import receiver",
            "import django.dispatch",
            "from allauth.account.signals import user_logged_in",
        ],
    ),
    (
        "index-concurrently",
        "medkarta/record/migrations/0002_more.py",
        [
            "class Migration:\n    operations = [migrations.AddIndex('x', y)]",
            "class Migration:\n    operations = [migrations.RunSQL('CREATE INDEX a ON b (c)')]",
            "class Migration:\n    operations = [migrations.RunSQL('create unique index a on b')]",
        ],
    ),
    (
        "no-project-code-in-migrations",
        "medkarta/record/migrations/0002_more.py",
        ["from medkarta.record.models import Resource", "import medkarta.accounts.models"],
    ),
]

GOOD = [
    ("medkarta/access/queries.py", "Grant(patient_ids=ids)"),
    ("medkarta/record/queries.py", "replace(search, count=1)"),
    ("medkarta/insurance/actions.py", "def link(*, policy, now): ..."),
    ("medkarta/insurance/actions.py", "def _same(a, b): ..."),
    (
        "medkarta/insurance/actions.py",
        "class PolicyGoneError(Exception):\n    def __str__(self): ...",
    ),
    ("medkarta/insurance/queries.py", "Policy.objects.filter(pk=1)"),
    ("medkarta/portal/views.py", "insurance.policies(patient_id=1)"),
    (
        "medkarta/record/migrations/0001_initial.py",
        "import medkarta.foundation.ids\nimport medkarta.record.fields",
    ),
    (
        "medkarta/record/migrations/0001_initial.py",
        "class Migration:\n    initial = True\n    operations = [migrations.AddIndex('x', y)]",
    ),
    (
        "medkarta/record/migrations/0002_more.py",
        "class Migration:\n    operations = [RunSQL('CREATE INDEX CONCURRENTLY a ON b (c)')]",
    ),
]


def findings(house: Path, path: str, code: str) -> list[str]:
    shutil.copy(ROOT / "sgconfig.yml", house)
    shutil.copytree(ROOT / "lint", house / "lint")
    file = house / path
    file.parent.mkdir(parents=True)
    file.write_text(code + "\n", encoding="utf-8")
    answer = subprocess.run(
        [AST_GREP, "scan", "--json=compact"],
        cwd=house,
        capture_output=True,
        check=False,
        timeout=30,
    )
    return [finding["ruleId"] for finding in json.loads(answer.stdout)]


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [(rule, path, code) for rule, path, snippets in BAD for code in snippets],
)
def test_a_rule_catches_what_it_is_for(tmp_path, rule, path, code):
    assert set(findings(tmp_path, path, code)) == {rule}


@pytest.mark.parametrize(("path", "code"), GOOD)
def test_the_right_way_passes_every_rule(tmp_path, path, code):
    assert findings(tmp_path, path, code) == []


def test_every_rule_is_shown_catching_something():
    rules = {file.stem for file in (ROOT / "lint/ast-grep").glob("*.yml")}
    assert rules == {rule for rule, _, _ in BAD}
