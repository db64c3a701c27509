"""The cast's entrance: clinics send their charts, the register knows them, some have an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from medkarta.accounts.rules import Role
from medkarta.demo import book
from medkarta.demo.actions.confirming import open_operator
from medkarta.demo.actions.representing import represent
from medkarta.demo.book import BookEntry
from medkarta.demo.cast import CAST, OPERATOR_EMAIL, OPERATOR_NAME, SHOWS, DemoPerson, Stage
from medkarta.demo.charts import bundles
from medkarta.demo.charts.chart import Charted
from medkarta.demo.credentials import credentials_for
from medkarta.demo.policies import (
    INSURED_SINCE,
    INSURER,
    WALKED_BEFORE,
    lines_of,
    policies_of,
    register_file,
)
from medkarta.demo.population import story
from medkarta.demo.ports import DemoHome
from medkarta.demo.standins.registers import lines
from medkarta.demo.way import Walker, walk
from medkarta.foundation.ids import AccountId, PatientId
from medkarta.insurance.actions import register_insured
from medkarta.insurance.rules import Insured
from medkarta.patients.actions import register_person
from medkarta.patients.rules import PersonalDataInput, Sex
from medkarta.record.actions.imports import ImportReport, import_bundle

# Far enough back that no code of theirs is used up when somebody signs in as them.
BACK: Final = timedelta(hours=1)


class ChartRefusedError(RuntimeError):
    """The record refused a part of a chart of ours; the message says which and why."""


def populate(
    *, home: DemoHome, now: datetime, people: Sequence[DemoPerson] = CAST
) -> list[BookEntry]:
    """Make those of these demo people who are not in the book yet, and answer it. Repeatable.

    Whoever is in the book stays as they are, whatever was done with them since. The book is
    written last: when the making is cut short, the next one does all of it again.
    """
    present = book.read(home)
    known = {entry.email for entry in present}
    operator = open_operator()
    made = [] if OPERATOR_EMAIL in known else [_operator_entry()]
    new = [person for person in people if person.email not in known]
    if new:
        _tell_registers(home, new, now)  # first: a played register is asked on the way
    made += [_make(person, operator=operator, now=now) for person in new]
    if made:
        represent(people=people, operator=operator, now=now - BACK)
        book.write(home, [*present, *made])
    return [*present, *made]


def _tell_registers(home: DemoHome, people: Sequence[DemoPerson], now: datetime) -> None:
    """Add the people's policies to what the played registers know."""
    file = register_file(home)
    today = timezone.localtime(now).date()
    told = [line for person in people for line in lines_of(person, today=today)]
    numbers = {line.number for line in told}
    kept = [line for line in lines.read(file) if line.number not in numbers]
    home.write_private(file, lines.written([*kept, *told]))


def _make(person: DemoPerson, *, operator: AccountId, now: datetime) -> BookEntry:
    texts = story(person) or bundles(person)
    patient_ids = [
        patient_id for text in texts for patient_id in send(text=text, now=now).patient_ids
    ]
    data = insure(person=person, now=now)
    walker = Walker(
        data=data,
        policy=policies_of(person)[0].number,
        credentials=credentials_for(person.email),
        stage=person.stage,
        operator=operator,
    )
    if person.stage is not Stage.NO_ACCOUNT:
        walk(walker=walker, now=now - WALKED_BEFORE.get(person.mailbox, BACK))
    shows = person.shows or SHOWS[person.stage]
    return entry_of(walker=walker, patient_ids=patient_ids, shows=shows)


def send(*, text: bytes, now: datetime) -> ImportReport:
    """Have the record take a chart of ours in, all of it. Raises `ChartRefusedError`."""
    report = import_bundle(text=text, now=now)
    if report.refused:
        first = report.refused[0]
        raise ChartRefusedError(f"{first.resource_type}: {first.words}")
    return report


def insure(*, person: Charted, now: datetime) -> PersonalDataInput:
    """Write the person into both registers; answer the data that they go by."""
    data = PersonalDataInput(
        family=person.family,
        given=person.given,
        patronymic=person.patronymic,
        birth_date=person.birth_date,
        sex=Sex(person.sex),
        snils=person.snils,
    )
    today = timezone.localtime(now).date()
    for policy in policies_of(person):
        insured = Insured(
            holder=data,
            insurer=INSURER,
            active_from=INSURED_SINCE,
            active_to=policy.active_to(today),
        )
        register_insured(number=policy.number, insured=insured)
    register_person(data=data)
    return data


def entry_of(*, walker: Walker, patient_ids: list[PatientId], shows: str) -> BookEntry:
    """Write a walker down; credentials only where there is something to sign in to."""
    data, credentials = walker.data, walker.credentials
    account = walker.stage is not Stage.NO_ACCOUNT
    codes = account and walker.stage is not Stage.NO_SECOND_FACTOR
    return BookEntry(
        name=f"{data.given} {data.family}",
        role=Role.CITIZEN.value,
        email=credentials.email,
        password=credentials.password if account else "",
        totp_secret=credentials.totp_secret if codes else "",
        patient_ids=tuple(map(str, patient_ids)),
        snils=str(data.snils or ""),
        policy=f"{walker.policy.series} {walker.policy.number}".strip(),
        birth_date=data.birth_date.isoformat() if data.birth_date else "",
        sex=data.sex.value,
        family=data.family,
        given=data.given,
        patronymic=data.patronymic,
        state=walker.stage.value,
        shows=shows,
    )


def _operator_entry() -> BookEntry:
    credentials = credentials_for(OPERATOR_EMAIL)
    given, family = OPERATOR_NAME.split()
    return BookEntry(
        name=OPERATOR_NAME,
        role=Role.OPERATOR.value,
        email=OPERATOR_EMAIL,
        password=credentials.password,
        totp_secret=credentials.totp_secret,
        patient_ids=(),
        snils="",
        policy="",
        birth_date="",
        sex="",
        family=family,
        given=given,
        patronymic="",
        state=Stage.OPERATOR.value,
        shows=SHOWS[Stage.OPERATOR],
    )
