"""Demo people on the real database, by the real actions, each stopped where they should be."""

import json
import stat
from datetime import UTC, datetime, timedelta

import citizens
import pytest

from medkarta.access.grants import Gate
from medkarta.access.queries import gates
from medkarta.accounts.models import Account
from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.demo import book
from medkarta.demo.actions import NoAccountError, NoSignInError, confirm, populate, sign_in_for
from medkarta.demo.cast import CAST, OPERATOR_EMAIL, Stage
from medkarta.demo.charts.modest import modest_chart
from medkarta.demo.charts.places import TULA
from medkarta.demo.queries import NoSecondFactorError, code_of
from medkarta.foundation.ids import PatientId, new_uuid
from medkarta.patients.queries import linked_patient_ids, person_of
from medkarta.record.actions.imports import import_bundle

NOW = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class FolderAsHome:
    """A folder of the test; the installation's own home is tested with config."""

    def __init__(self, folder):
        self.demo_people = folder / "demo-people.json"

    def write_private(self, path, text):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)


@pytest.fixture
def home(tmp_path):
    return FolderAsHome(tmp_path)


@pytest.fixture
def people(home):
    return {entry.state: entry for entry in populate(home=home, now=NOW)}


def closed_gates(entry):
    account = account_by_email(entry.email)
    return [
        state.gate
        for state in gates(
            account_id=account.account_id, two_factors=bool(entry.totp_secret), now=NOW
        )
        if not state.open
    ]


FIRST_CLOSED = {
    Stage.NO_SECOND_FACTOR: Gate.SECOND_FACTOR,
    Stage.NOT_CONFIRMED: Gate.LEVEL,
    Stage.NO_POLICY: Gate.POLICY,
    Stage.NO_CONSENT: Gate.CONSENT,
    Stage.NO_LINK: Gate.LINK,
}


def test_there_is_one_person_before_each_gate_and_one_behind_them_all(people):
    for stage, gate in FIRST_CLOSED.items():
        assert closed_gates(people[stage])[0] is gate
    assert closed_gates(people[Stage.NO_POLICY]) == [Gate.POLICY, Gate.CONSENT, Gate.LINK]
    assert closed_gates(people[Stage.NO_CONSENT]) == [Gate.CONSENT, Gate.LINK]
    assert closed_gates(people[Stage.NO_LINK]) == [Gate.LINK]
    assert closed_gates(people[Stage.OPEN]) == []


def test_the_open_record_is_two_clinics_entries_of_one_person(people):
    anna = people[Stage.OPEN]
    person = person_of(account_by_email(anna.email).account_id)
    linked = {str(patient_id) for patient_id in linked_patient_ids(person.person_id)}
    assert len(linked) == 2
    assert linked == set(anna.patient_ids)


def test_every_step_of_the_way_stands_in_the_persons_log(people):
    person = person_of(account_by_email(people[Stage.OPEN].email).account_id)
    actions = [
        line.said.action
        for line in reversed(audit.entries(person_id=person.person_id, before=None, limit=50))
    ]
    assert actions == [
        "change-personal-data",
        "check-with-register",
        "confirm-personal-data",
        "change-consent-details",
        "confirm-identity",
        "link-policy",
        "sign-consent",
        "request-link",
        "confirm-link",
    ]


def test_those_without_an_account_have_none_and_no_credentials(home):
    without = [e for e in populate(home=home, now=NOW) if e.state == Stage.NO_ACCOUNT]
    assert len(without) == 2
    for entry in without:
        assert account_by_email(entry.email) is None
        assert entry.patient_ids
        assert (entry.password, entry.totp_secret) == ("", "")


def test_a_second_populating_changes_nothing(home, people):
    text = home.demo_people.read_text(encoding="utf-8")
    person = person_of(account_by_email(people[Stage.OPEN].email).account_id)
    lines = audit.count(person.person_id)
    populate(home=home, now=NOW + timedelta(days=1))
    assert home.demo_people.read_text(encoding="utf-8") == text
    assert audit.count(person.person_id) == lines
    assert Account.objects.count() == len(CAST) - 2 + 1


def test_a_populating_that_was_cut_short_is_made_good_with_the_same_credentials(home, people):
    before = home.demo_people.read_text(encoding="utf-8")
    home.demo_people.unlink()
    populate(home=home, now=NOW + timedelta(minutes=5))
    assert home.demo_people.read_text(encoding="utf-8") == before


def test_the_book_signs_in_password_and_present_code(people):
    for entry in people.values():
        account = Account.objects.filter(email=entry.email).first()
        if account is None:
            continue
        assert account.check_password(entry.password)
        if entry.totp_secret:
            code = code_of(entry, NOW).digits
            assert citizens.use_code(account_id=account.pk, code=code, now=NOW).right


def test_passwords_and_secrets_are_long_and_differ(people):
    entries = [entry for entry in people.values() if entry.has_account]
    assert all(len(entry.password) == 23 for entry in entries)
    assert len({entry.password for entry in entries}) == len(entries)
    assert len({entry.totp_secret for entry in entries}) == len(entries)


def test_who_has_no_second_factor_has_no_code(people):
    with pytest.raises(NoSecondFactorError):
        code_of(people[Stage.NO_SECOND_FACTOR], NOW)


def test_the_operator_opens_no_record_and_confirms_an_identity(home, people):
    waiting = people[Stage.NOT_CONFIRMED]
    assert confirm(home=home, words="Вера", now=NOW) == waiting.email
    assert Gate.LEVEL not in closed_gates(waiting)
    assert person_of(account_by_email(OPERATOR_EMAIL).account_id) is None


def test_nobody_is_confirmed_who_has_not_signed_up(home, people):
    with pytest.raises(NoAccountError):
        confirm(home=home, words="Пётр", now=NOW)


def test_the_book_finds_by_name_address_or_part_and_says_who_may_be_meant(home, people):
    entries = book.read(home)
    assert book.find(entries, "анна").name == "Анна Вымыслова"
    assert book.find(entries, "Петр Примеров").name == "Пётр Примеров"
    assert book.find(entries, "anna.vymyslova@demo.medkarta.example").name == "Анна Вымыслова"
    with pytest.raises(book.AmbiguousNameError) as ambiguous:
        book.find(entries, "demo.medkarta")
    assert len(ambiguous.value.entries) == len(entries)
    for nobody in ("Мария", ""):
        with pytest.raises(book.UnknownDemoPersonError):
            book.find(entries, nobody)


def foreigner(**changes):
    """Import somebody from abroad: no СНИЛС, no policy, Latin names, a clinic without an OID."""
    bundle = json.loads(modest_chart(CAST[1], TULA).bundle())
    text = json.dumps(bundle)
    for entry in bundle["entry"]:
        text = text.replace(entry["fullUrl"], f"urn:uuid:{new_uuid()}")
    bundle = json.loads(text)
    by_type = {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}
    del by_type["Organization"]["identifier"]
    patient = by_type["Patient"]
    del patient["identifier"]
    patient["name"] = [{"use": "official", "family": "Mejía", "given": ["Gustavo"]}]
    patient.update(changes)
    report = import_bundle(text=json.dumps(bundle).encode(), now=NOW)
    assert report.refused == []
    return report.patient_ids[0]


def test_an_imported_person_gets_a_sign_in_with_all_gates_open(home):
    patient_id = foreigner()
    entry = sign_in_for(home=home, patient_id=patient_id, now=NOW)
    assert closed_gates(entry) == []
    assert entry.patient_ids == (str(patient_id),)
    assert entry.email == "gustavo.mejia@demo.medkarta.example"
    assert book.find(book.read(home), "Gustavo") == entry


def test_asked_again_the_imported_person_keeps_the_sign_in(home):
    patient_id = foreigner()
    first = sign_in_for(home=home, patient_id=patient_id, now=NOW)
    assert sign_in_for(home=home, patient_id=patient_id, now=NOW + timedelta(days=1)) == first
    assert len(book.read(home)) == len(CAST) + 2


def test_two_imported_persons_of_one_name_get_two_sign_ins(home):
    one, other = (
        sign_in_for(home=home, patient_id=foreigner(birthDate=born), now=NOW)
        for born in ("1970-01-01", "1971-01-01")
    )
    assert one.email != other.email
    assert one.snils != other.snils
    assert closed_gates(other) == []


def test_no_sign_in_is_made_for_nobody_or_for_an_entry_without_a_birth_date(home):
    with pytest.raises(NoSignInError):
        sign_in_for(home=home, patient_id=PatientId(new_uuid()), now=NOW)
    with pytest.raises(NoSignInError):
        sign_in_for(home=home, patient_id=foreigner(birthDate="1970"), now=NOW)


def test_the_book_is_for_its_owner_alone(tmp_path):
    from medkarta.config.home import Home

    home = Home(tmp_path / "home")
    home.ensure()
    populate(home=home, now=NOW)
    assert stat.S_IMODE(home.demo_people.stat().st_mode) == 0o600
