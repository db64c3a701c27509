"""Citizens on the way to their record, each step by the real action."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

from django.db import connection

from medkarta.access.grants import Look, Reader, Section
from medkarta.accounts import actions as accounts
from medkarta.accounts import totp
from medkarta.accounts.rules import Role
from medkarta.audit.drafts import Origin
from medkarta.clinics import actions as clinics
from medkarta.consents import actions as consents
from medkarta.consents import queries as consent_queries
from medkarta.consents.rules import Choice, Kind
from medkarta.foundation.enp import Enp
from medkarta.foundation.ids import ClinicId, PatientId, new_uuid
from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.snils import Snils, control_number
from medkarta.insurance import actions as insurance
from medkarta.insurance.rules import Insured
from medkarta.patients import actions as patients
from medkarta.patients.queries import person_of
from medkarta.patients.rules import PersonalDataInput, Sex

NOW = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)
ORIGIN = Origin(app="portal", request_id="r1", address="127.0.0.1", device="a test")
LABS = Look(page="labs", sections=(Section.LABS,))
SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "ромашка-у-дороги-17"


@dataclass(kw_only=True)
class Citizen:
    """Somebody invented; the number tells them from the others."""

    number: int = 1
    account_id: object = None
    person_id: object = None
    patient_ids: list = field(default_factory=list)

    @property
    def email(self):
        return f"citizen{self.number}@example.test"

    @property
    def data(self):
        nine = f"99{self.number:07d}"
        return PersonalDataInput(
            family="Ёлкина-Примерова",
            given="Алёна",
            patronymic="Петровна",
            birth_date=date(1985, 3, 15),
            sex=Sex.FEMALE,
            snils=Snils.parse(nine + control_number(nine)),
        )

    @property
    def policy(self):
        born = date(1985, 3, 15)
        return PolicyNumber.of(
            Enp.make(region=77, sex="F", birth_date=born, serial=90_000 + self.number)
        )

    def reader(self, *, two_factors=True):
        return Reader(account_id=self.account_id, two_factors=two_factors)

    def code(self, now=NOW):
        return totp.code_at(SECRET, totp.step_at(now))


def operator():
    return accounts.open_account(
        new=accounts.NewAccount(
            email="operator@example.test",
            password=PASSWORD,
            role=Role.OPERATOR,
            name="Оператор Проверкин",
            totp_secret=SECRET,
        )
    )


def with_account(number=1, *, second_factor=True):
    citizen = Citizen(number=number)
    citizen.account_id = accounts.open_account(
        new=accounts.NewAccount(
            email=citizen.email,
            password=PASSWORD,
            totp_secret=SECRET if second_factor else None,
        )
    )
    citizen.person_id = patients.open_person(account_id=citizen.account_id)
    return citizen


def with_data(number=1):
    citizen = with_account(number)
    patients.record_personal_data(
        person_id=citizen.person_id,
        data=citizen.data,
        by=citizen.account_id,
        origin=ORIGIN,
        now=NOW,
    )
    return citizen


def confirm(citizen, by=None):
    accounts.confirm_identity(
        account_id=citizen.account_id,
        by=by or operator(),
        document_kind="1",
        seen=person_of(citizen.account_id).data.fingerprint,
        origin=ORIGIN,
        now=NOW,
    )


def confirmed(number=1, *, by=None):
    citizen = with_data(number)
    confirm(citizen, by)
    return citizen


def register(citizen, *, number=None, **changes):
    line = {
        "holder": citizen.data,
        "insurer": "Страховая вымышленная",
        "active_from": date(2020, 1, 1),
        "active_to": None,
    }
    insurance.register_insured(
        number=number or citizen.policy, insured=Insured(**{**line, **changes})
    )


def link_policy(citizen, *, number=None, now=NOW):
    return insurance.link_policy(
        person_id=citizen.person_id,
        number=number or citizen.policy,
        by=citizen.account_id,
        origin=ORIGIN,
        now=now,
    )


def insured(number=1, *, by=None):
    citizen = confirmed(number, by=by)
    register(citizen)
    link_policy(citizen)
    record_details(citizen)
    return citizen


DETAILS = consents.Details(
    address="000000, г. Примерск, ул. Выдуманная, д. 2",
    document_number="45 00 123456",
    document_issued="выдуманным отделом, 01.02.2010",
)


def record_details(citizen, details=DETAILS, *, now=NOW):
    consents.record_details(
        person_id=citizen.person_id,
        details=details,
        by=citizen.account_id,
        origin=ORIGIN,
        now=now,
    )


def paper(citizen, choice=None, language="ru"):
    choice = choice or Choice(kind=Kind.PROCESSING)
    return consent_queries.paper_to_sign(citizen.person_id, choice, language, by=citizen.account_id)


def put_name_under(citizen, shown, *, code=None, now=NOW):
    """Sign the paper that was shown."""
    return consents.sign(
        person_id=citizen.person_id,
        by=citizen.account_id,
        signature=consents.Signature(
            choice=shown.choice,
            sha256=shown.text.sha256,
            after=shown.after,
            proof=accounts.Proof(code=citizen.code(now) if code is None else code),
        ),
        origin=ORIGIN,
        now=now,
    )


def sign(citizen, choice=None, *, code=None, now=NOW):
    record_details(citizen)
    return put_name_under(citizen, paper(citizen, choice), code=code, now=now)


def consenting(number=1, *, by=None):
    citizen = insured(number, by=by)
    sign(citizen)
    return citizen


def clinic(name="Поликлиника вымышленная"):
    clinic_id = ClinicId(new_uuid())
    clinics.connect(clinic_id=clinic_id, name=name, region="Москва", oid="", now=NOW)
    return clinic_id


def entry(citizen, *, data=None, clinic_id=None):
    """A clinic's own entry of the citizen, linked to nobody."""
    patient_id = PatientId(new_uuid())
    patients.register_entry(
        patient_id=patient_id,
        clinic_id=clinic_id or clinic(),
        data=data or citizen.data,
        now=NOW,
    )
    return patient_id


def request_link(citizen, now=NOW):
    return patients.request_link(
        person_id=citizen.person_id, by=citizen.account_id, origin=ORIGIN, now=now
    )


def confirm_link(citizen, request, patient_ids, *, now=NOW):
    return patients.confirm_link(
        request_id=request.request_id,
        person_id=citizen.person_id,
        patient_ids=patient_ids,
        by=citizen.account_id,
        origin=ORIGIN,
        now=now,
    )


def with_open_record(number=1):
    citizen = consenting(number)
    citizen.patient_ids = [entry(citizen)]
    confirm_link(citizen, request_link(citizen), citizen.patient_ids)
    return citizen


@contextmanager
def nothing_written_after(citizen):
    """Inside, an error leaves no line in the citizen's log."""
    from medkarta.audit import queries as audit

    before = audit.count(citizen.person_id)
    yield
    assert audit.count(citizen.person_id) == before


def use_code(*, account_id, code, now):
    """Use a code once, as every deed does that it proves; raises where it is not right."""
    answer = accounts.check_code(account_id=account_id, code=code, now=now)
    if not answer.right:
        raise accounts.refusal(answer=answer)
    return answer


def at_once(*acts):
    """Run the acts in threads from one starting shot; answers or errors, in order."""
    barrier = Barrier(len(acts))
    answers = [None] * len(acts)

    def run(place, act):
        barrier.wait()
        try:
            answers[place] = act()
        except Exception as error:  # noqa: BLE001  # the error is what the test asks for
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def later(**by):
    return NOW + timedelta(**by)
