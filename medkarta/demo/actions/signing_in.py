"""Sign-ins for imported persons, so that their records can be looked at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils.text import slugify

from medkarta.demo import book
from medkarta.demo.actions.confirming import open_operator
from medkarta.demo.actions.populating import (
    BACK,
    entry_of,
    populate,
)
from medkarta.demo.book import BookEntry
from medkarta.demo.cast import Stage
from medkarta.demo.credentials import credentials_for
from medkarta.demo.identifiers import (
    FIRST_GENERATED,
    invented_policy,
    invented_snils,
    number_of,
)
from medkarta.demo.policies import INSURED_SINCE, INSURER
from medkarta.demo.ports import DemoHome
from medkarta.demo.way import Walker, walk
from medkarta.foundation.ids import ClinicId, PatientId
from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.snils import Snils
from medkarta.insurance.actions import register_insured
from medkarta.insurance.rules import Insured
from medkarta.patients.actions import register_entry, register_person
from medkarta.patients.models import ClinicPatient
from medkarta.patients.queries import data_of, entries
from medkarta.patients.rules import PersonalDataInput

_REGION: Final = 77
_FIRST_NUMBER: Final = 1_000  # the cast has the numbers below


class NoSignInError(ValueError):
    """A sign-in cannot be made for this person; the message says why."""


def sign_in_for(*, home: DemoHome, patient_id: PatientId, now: datetime) -> BookEntry:
    """Give the person of an imported patient entry an account whose gates are all open.

    Who has no СНИЛС and policy, as people from abroad have none, gets invented ones: the clinic's
    entry is told the СНИЛС, so that the link request finds it like any other. Repeatable.
    Raises `NoSignInError`.
    """
    present = populate(home=home, now=now)
    for entry in present:
        if str(patient_id) in entry.patient_ids:
            return entry
    row = ClinicPatient.objects.filter(pk=patient_id).first()
    if row is None:
        raise NoSignInError("no clinic has an entry of this patient")
    if entries([patient_id])[0].linked_at:
        raise NoSignInError("the entry is linked to somebody's account already")
    number = _next_number(present)
    data = _completed(data_of(row), number=number)
    register_entry(patient_id=patient_id, clinic_id=ClinicId(row.clinic_id), data=data, now=now)
    made = _open(data, number=number, taken=present, now=now)
    entry = entry_of(walker=made, patient_ids=[patient_id], shows="an imported record")
    book.write(home, [*present, entry])
    return entry


def _completed(data: PersonalDataInput, *, number: int) -> PersonalDataInput:
    whole = data if data.snils else replace(data, snils=invented_snils(number))
    if not whole.complete:
        raise NoSignInError("the entry lacks a name, a birth date or the sex")
    return whole


def _open(
    data: PersonalDataInput, *, number: int, taken: Sequence[BookEntry], now: datetime
) -> Walker:
    if data.birth_date is None:
        raise NoSignInError("the entry lacks the birth date")
    enp = invented_policy(
        region=_REGION, sex=data.sex.value, birth_date=data.birth_date, number=number
    )
    policy = PolicyNumber.of(enp)
    register_insured(
        number=policy,
        insured=Insured(holder=data, insurer=INSURER, active_from=INSURED_SINCE, active_to=None),
    )
    register_person(data=data)
    walker = Walker(
        data=data,
        policy=policy,
        credentials=credentials_for(_address(data, number=number, taken=taken)),
        stage=Stage.OPEN,
        operator=open_operator(),
    )
    walk(walker=walker, now=now - BACK)
    return walker


def _address(data: PersonalDataInput, *, number: int, taken: Sequence[BookEntry]) -> str:
    name = slugify(f"{data.given} {data.family}").replace("-", ".") or "imported"
    plain = f"{name}@demo.medkarta.example"
    if plain in {entry.email for entry in taken}:
        return f"{name}.{number}@demo.medkarta.example"
    return plain


def _next_number(present: Sequence[BookEntry]) -> int:
    numbers = (number_of(Snils.parse(entry.snils)) for entry in present if entry.snils)
    imported = (number for number in numbers if number is not None and number < FIRST_GENERATED)
    return max([_FIRST_NUMBER - 1, *imported]) + 1
