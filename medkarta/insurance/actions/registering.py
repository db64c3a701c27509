"""Filling the embedded register."""

from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.models import InsuredLine
from medkarta.insurance.rules import Insured


def register_insured(*, number: PolicyNumber, insured: Insured) -> None:
    """Write a line of the embedded register; repeated: the same."""
    holder = insured.holder
    if holder.birth_date is None:
        raise ValueError("a register's line has a birth date")
    InsuredLine.objects.update_or_create(
        kind=number.kind.value,
        series=number.series,
        number=number.number,
        defaults={
            "family": holder.family,
            "given": holder.given,
            "patronymic": holder.patronymic,
            "birth_date": holder.birth_date,
            "snils": holder.snils.digits if holder.snils else "",
            "insurer": insured.insurer,
            "active_from": insured.active_from,
            "active_to": insured.active_to,
        },
    )
