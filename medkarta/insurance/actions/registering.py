"""Filling the embedded register."""

from medkarta.foundation.enp import Enp
from medkarta.insurance.models import RegisteredInsured
from medkarta.insurance.rules import Insured


def register_insured(*, number: Enp, insured: Insured) -> None:
    """Write a line of the embedded register; repeated: the same."""
    holder = insured.holder
    if holder.birth_date is None:
        raise ValueError("a register's line has a birth date")
    RegisteredInsured.objects.update_or_create(
        pk=number.digits,
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
