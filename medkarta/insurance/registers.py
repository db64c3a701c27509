"""The embedded register of insured persons, and the one that settings name."""

from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.snils import Snils
from medkarta.insurance.models import InsuredLine
from medkarta.insurance.ports import InsuredRegister
from medkarta.insurance.rules import Insured, Line
from medkarta.patients.rules import PersonalDataInput, Sex


class EmbeddedRegister:
    """A table of our own, in place of the territorial fund's register."""

    def look_up(self, number: PolicyNumber, *, now: datetime) -> Insured | None:
        """The line of a number, or None where there is none."""
        del now
        found = InsuredLine.objects.filter(
            kind=number.kind.value, series=number.series, number=number.number
        ).first()
        return None if found is None else _insured(found)

    def find_for(self, person: PersonalDataInput, *, now: datetime) -> tuple[Line, ...]:
        """The lines with the person's СНИЛС and birth date."""
        del now
        if person.snils is None or person.birth_date is None:
            return ()
        found = InsuredLine.objects.filter(snils=person.snils.digits, birth_date=person.birth_date)
        return tuple(Line(number=one.policy_number, insured=_insured(one)) for one in found)


def register() -> InsuredRegister:
    """The register that settings name."""
    return cast("InsuredRegister", import_string(settings.INSURED_REGISTER)())


def _insured(line: InsuredLine) -> Insured:
    return Insured(
        holder=PersonalDataInput(
            family=line.family,
            given=line.given,
            patronymic=line.patronymic,
            birth_date=line.birth_date,
            sex=Sex.UNKNOWN,
            snils=Snils.parse(line.snils) if line.snils else None,
        ),
        insurer=line.insurer,
        active_from=line.active_from,
        active_to=line.active_to,
    )
