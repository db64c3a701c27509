"""The population registers that we can ask, and who follows a proved identity."""

import json
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.foundation.outgoing import Neighbour, OutsideSilentError, OutsideTooMuchError
from medkarta.patients.models import RegisteredPerson
from medkarta.patients.ports import (
    Checked,
    IdentityFollower,
    PersonRegister,
    RegisterSilentError,
)
from medkarta.patients.queries import data_of
from medkarta.patients.rules import FIELDS, PersonalDataInput, RegisterState, differing

_ANSWERED = 200
_LARGEST = 10_000


class EmbeddedRegister:
    """A table of our own, in place of the state's register."""

    def check(self, data: PersonalDataInput) -> Checked:
        """Compare with the line of this СНИЛС."""
        digits = data.snils.digits if data.snils else ""
        found = RegisteredPerson.objects.filter(pk=digits).first()
        if found is None:
            return Checked(state=RegisterState.UNKNOWN)
        fields = differing(data, data_of(found))
        state = RegisterState.DIFFERS if fields else RegisterState.AGREES
        return Checked(state=state, fields=fields)


class HttpRegister:
    """A register that is asked by `POST /persons/check` at the origin that settings name."""

    def check(self, data: PersonalDataInput) -> Checked:
        """Ask. Raises `RegisterSilentError`, also for an answer that makes no sense."""
        neighbour = Neighbour(settings.PERSON_REGISTER_ORIGIN, largest=_LARGEST)
        try:
            answer = neighbour.ask(
                "POST",
                "/persons/check",
                body=json.dumps(_question(data), ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json", "Accept": "application/json"},
            )
        except (OutsideSilentError, OutsideTooMuchError) as error:
            raise RegisterSilentError from error
        if answer.status != _ANSWERED:
            raise RegisterSilentError
        return _read(answer.body)


def _question(data: PersonalDataInput) -> dict[str, str]:
    return {
        "family": data.family,
        "given": data.given,
        "patronymic": data.patronymic,
        "birth_date": data.birth_date.isoformat() if data.birth_date else "",
        "sex": data.sex.value,
        "snils": data.snils.digits if data.snils else "",
    }


def _read(body: bytes) -> Checked:
    try:
        said = json.loads(body)
        state = RegisterState(said["state"])
        fields = tuple(said.get("fields", ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RegisterSilentError from error
    if state is RegisterState.WAITING or not set(fields) <= set(FIELDS):
        raise RegisterSilentError
    if (state is RegisterState.DIFFERS) != bool(fields):
        raise RegisterSilentError
    return Checked(state=state, fields=fields)


def register() -> PersonRegister:
    """The register that settings name."""
    return cast("PersonRegister", import_string(settings.PERSON_REGISTER)())


def followers() -> list[IdentityFollower]:
    """Whoever above us wants to hear of a proved identity."""
    return [import_string(name)() for name in settings.IDENTITY_FOLLOWERS]
