"""Whose resources are asked for: two citizens at two clinics, and what one of them keeps shut."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tests" / "fhir_api")]

_EACH = 20  # of a kind, so that it is no single row that is measured


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks, and for what: ids by kind, the first of which is what the others are to be like."""

    name: str
    bearer: Callable[[], str]
    resource_type: str
    kinds: Mapping[str, Sequence[str]]
    former: bool = True  # neither versions nor histories are told of any
    writes: bool = False


class World:
    """Made in the tables of a running service, by the actions that make it in life."""

    def __init__(self) -> None:
        import fhir_world

        made = fhir_world.World()
        self._made = made
        self.anna_at_y = made.anna_at_y
        self.identifiers = [token_hex(8) for _ in range(_EACH)]
        _let_read_analyses(made.anna, made.x)
        self._anothers = [
            made.boris_at_x.put(self.note(made.boris_at_x, identifier=one))
            for one in self.identifiers
        ]
        self._hidden = [made.anna_at_y.put(_condition(made.anna_at_y)) for _ in range(_EACH)]
        # Still there: to be deleted by who calls, as clinics do.
        self.to_delete = [made.anna_at_x.put(self.note(made.anna_at_x)) for _ in range(_EACH)]

    def as_x(self) -> str:
        """A token of clinic X's system."""
        from bearers import system_token

        return str(system_token(self._made.x))

    def as_y(self) -> str:
        """A token of clinic Y's system."""
        from bearers import system_token

        return str(system_token(self._made.y))

    def readers(self) -> tuple[Reader, ...]:
        """Who may not tell what from what."""
        from bearers import app_token

        made = self._made
        nowhere = [f"{_id()}-{_id()}" for _ in range(_EACH)]
        absent_at_boriss = _absent_in(made.boris_at_x)
        foreign = {
            "absent": nowhere,
            "absent in another's entry": absent_at_boriss,
            "another's": self._anothers,
        }
        return (
            Reader(
                name="app",
                bearer=lambda: str(app_token(made.anna)),
                resource_type="Observation",
                kinds=foreign,
            ),
            Reader(
                name="app, own record",
                bearer=lambda: str(app_token(made.anna)),
                resource_type="Observation",
                kinds={"absent": _absent_in(made.anna_at_x), "deleted": self.to_delete},
                former=False,
            ),
            Reader(
                name="clinic Y",
                bearer=self.as_y,
                resource_type="Observation",
                kinds=foreign,
                writes=True,
            ),
            Reader(
                name="clinic X, of Anna's analyses at Y alone",
                bearer=self.as_x,
                resource_type="Condition",
                kinds={"absent": _absent_in(made.anna_at_y), "hidden": self._hidden},
            ),
        )

    def note(self, held: Any, *, identifier: str = "") -> dict[str, object]:  # noqa: ANN401  # a test's own
        """An Observation, with an identifier of the clinic's where one is given."""
        named = {"identifier": [{"system": "urn:clinic", "value": identifier}]}
        return {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "note"},
            "subject": {"reference": f"Patient/{held.patient}"},
            **(named if identifier else {}),
        }


def _let_read_analyses(citizen: Any, clinic_id: Any) -> None:  # noqa: ANN401  # a test's own
    import citizens

    from medkarta.consents.rules import Audience, Choice, Kind

    now = citizens.NOW + timedelta(minutes=1)  # a code is good once
    choice = Choice(
        kind=Kind.ACCESS,
        audience=Audience.ONE,
        organisation=clinic_id,
        sections=frozenset({"labs"}),
        until=(now + timedelta(days=300)).date(),
    )
    citizens.put_name_under(citizen, citizens.paper(citizen, choice), now=now)


def _condition(held: Any) -> dict[str, object]:  # noqa: ANN401  # a test's own
    return {
        "resourceType": "Condition",
        "code": {"text": "hidden"},
        "subject": {"reference": f"Patient/{held.patient}"},
    }


def _absent_in(held: Any) -> list[str]:  # noqa: ANN401  # a test's own
    entry = held.patient.partition("-")[0]
    return [f"{entry}-{_id()}" for _ in range(_EACH)]


def _id() -> str:
    from medkarta.foundation.ids import encode_uuid, new_uuid

    return str(encode_uuid(new_uuid()))
