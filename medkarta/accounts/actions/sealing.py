"""Sealing what lay in clear in the table of second factors before there was a sealing key."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from medkarta.accounts.secrets import seal
from medkarta.foundation.sealing import is_sealed

_SECRET = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def seal_secrets() -> int:
    """Seal every secret that lies in clear and say how many did. `medkarta migrate` calls this.

    Repeatable: what is sealed stays as it is, under whichever key. One row at a time, so that
    nobody who signs in meanwhile waits for more than their own.
    """
    factors = Authenticator.objects.filter(type__in=list(_SECRET)).order_by("pk")
    return sum(_seal_one(pk) for pk in factors.values_list("pk", flat=True))


@transaction.atomic
def _seal_one(pk: int) -> bool:
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if factor is None:
        return False
    name = _SECRET[Authenticator.Type(factor.type)]
    if name not in factor.data or is_sealed(factor.data[name]):
        return False
    factor.data = {**factor.data, name: seal(factor.data[name])}
    factor.save(update_fields=["data"])
    return True
