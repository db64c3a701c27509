"""The registers of insured persons that we can ask."""

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.foundation.enp import Enp
from medkarta.foundation.snils import Snils
from medkarta.insurance.models import RegisteredInsured
from medkarta.insurance.ports import InsuredRegister
from medkarta.insurance.rules import Insured
from medkarta.patients.rules import PersonalDataInput, Sex


class EmbeddedRegister:
    """A table of our own, in place of the territorial fund's register."""

    def look_up(self, number: Enp) -> Insured | None:
        """The line of a number, or None where there is none."""
        found = RegisteredInsured.objects.filter(pk=number.digits).first()
        if found is None:
            return None
        return Insured(
            holder=PersonalDataInput(
                family=found.family,
                given=found.given,
                patronymic=found.patronymic,
                birth_date=found.birth_date,
                sex=Sex.UNKNOWN,
                snils=Snils.parse(found.snils) if found.snils else None,
            ),
            insurer=found.insurer,
            active_from=found.active_from,
            active_to=found.active_to,
        )


def register() -> InsuredRegister:
    """The register that settings name."""
    return cast("InsuredRegister", import_string(settings.INSURED_REGISTER)())
