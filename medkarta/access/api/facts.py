"""All that decides what bearers may read, in one statement for as many as wait.

Read anew for every request: what ended a moment ago opens nothing. The clock is the database's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from medkarta.access.api.asking import ApiAsking, Caller
from medkarta.accounts.rules import Level
from medkarta.clients.bearer import JOINED, alive, permitted
from medkarta.consents.rules import Audience, Effect, Kind, Signed, Term, state_of
from medkarta.foundation.arrays import array_of
from medkarta.foundation.ids import AccountId, ClientId, ClinicId, PatientId, PersonId


def _reading(whose: str, valid: str) -> str:
    return f"""
SELECT k.n, t.client_id, c.name, t.scopes, t.proof_key, t.account_id, t.person_id, t.clinic_id,
  own.name, entry.clinic_id, p.id, p.family, p.given, p.patronymic, a.level, a.role = 'citizen',
  EXISTS (SELECT FROM mfa_authenticator m
    WHERE m.user_id = t.account_id AND m.type IN ('totp', 'webauthn')),
  policy.id IS NOT NULL, policy.active_to, policy.checked_at,
  ARRAY(SELECT l.entry_id FROM patient_link l
    WHERE l.person_id = t.person_id AND l.unlinked_at IS NULL),
  CASE WHEN p.id IS NOT NULL THEN (
    SELECT jsonb_agg(jsonb_build_array(s.kind, x.version, s.audience, s.organisation_id, s.sections,
      s.purpose, s.active_from, s.active_to))::text
    FROM consent s JOIN consent_text x ON x.sha256 = s.text_id
    WHERE s.person_id = p.id AND s.withdrawn_at IS NULL
      AND s.kind IN ('processing', 'access', 'denial')) END
FROM {whose}
{JOINED}
LEFT JOIN clinic own ON own.id = t.clinic_id
LEFT JOIN clinic_patient entry ON entry.patient_id = k.target
LEFT JOIN patient_link holder ON holder.entry_id = k.target AND holder.unlinked_at IS NULL
LEFT JOIN person p ON p.id = coalesce(t.person_id, holder.person_id)
LEFT JOIN policy ON policy.person_id = p.id AND policy.state = 'active'
WHERE {valid}
"""  # noqa: S608  # literals of ours


_BEARERS: Final = """
  unnest(%s::text[], %s::uuid[]) WITH ORDINALITY AS k (digest, target, n)
JOIN client_token t ON t.digest = decode(k.digest, 'hex')"""
_NOW: Final = "statement_timestamp()"
READ: Final = _reading(_BEARERS, alive(_NOW))
# For work that outlives the token it began with: revoked is revoked, its time does not count.
READ_AGAIN: Final = _reading(_BEARERS, f"t.revoked_at IS NULL AND {permitted(_NOW)}")
# For what goes on for months, by the permission of a citizen's or by the system itself.
READ_STANDING: Final = _reading(
    """
  (SELECT 1::bigint AS n, %s::uuid AS standing, %s::text[] AS scopes, %s::uuid AS target) AS k
CROSS JOIN LATERAL (
  SELECT client_id, id AS authorization_id, account_id, person_id, NULL::uuid AS clinic_id,
    k.scopes, '' AS proof_key
  FROM client_authorization WHERE id = k.standing
  UNION ALL SELECT id, NULL, NULL, NULL, clinic_id, k.scopes, ''
  FROM client WHERE id = k.standing AND kind = 'system'
) AS t""",
    permitted(_NOW),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known at this moment of a caller and of whose record is asked for."""

    caller: Caller
    keeper: ClinicId | None  # of the entry that is named
    person_id: PersonId | None  # whose the entry is, or whose app it is
    person_name: str
    level: Level | None
    citizen: bool
    second_factor: bool
    policy: bool
    policy_until: date | None
    policy_checked_at: datetime | None
    signed: tuple[tuple[Signed, Term | None], ...]

    def processing_holds(self, at: datetime) -> bool:
        """Whether the processing of the person's data is consented to."""
        return any(
            one.kind is Kind.PROCESSING and state_of(one, at).holds for one, _ in self.signed
        )

    def terms(self, at: datetime) -> tuple[Term, ...]:
        """Whom the person lets read what; nothing without the processing."""
        if not self.processing_holds(at):
            return ()
        return tuple(term for one, term in self.signed if term and state_of(one, at).holds)


def values(askings: Sequence[ApiAsking]) -> tuple[str, str]:
    """Values of `READ` and of `READ_AGAIN`, as arrays are written."""
    return (
        array_of(one.digest.hex() for one in askings),
        array_of(str(one.target or "NULL") for one in askings),
    )


def known(row: Sequence[Any]) -> tuple[int, Known]:
    """A row of either: which of the askings it is of, counted from 0, and what it says."""
    (n, client, name, scopes, proof_key, account, person, clinic, clinic_name, *rest) = row
    keeper, whose, family, given, patronymic, level, citizen, second_factor, *rest = rest
    policy, policy_until, checked_at, linked, signed = rest
    caller = Caller(
        client_id=ClientId(client),
        name=name,
        account_id=AccountId(account) if account else None,
        person_id=PersonId(person) if person else None,
        clinic_id=ClinicId(clinic) if clinic else None,
        clinic_name=clinic_name or "",
        scopes=tuple(scopes),
        proof_key=proof_key,
        linked=frozenset(PatientId(one) for one in linked),
    )
    return n - 1, Known(
        caller=caller,
        keeper=ClinicId(keeper) if keeper else None,
        person_id=PersonId(whose) if whose else None,
        person_name=" ".join(part for part in (family, given, patronymic) if part),
        level=Level(level) if level else None,
        citizen=bool(citizen),
        second_factor=second_factor,
        policy=policy,
        policy_until=policy_until,
        policy_checked_at=checked_at,
        signed=tuple(_signed(*one) for one in orjson.loads(signed or "[]")),
    )


_EFFECTS: Final = {Kind.ACCESS: Effect.ALLOW, Kind.DENIAL: Effect.DENY}


def _signed(*columns: Any) -> tuple[Signed, Term | None]:  # noqa: ANN401  # what JSON holds
    kind, version, audience, organisation, sections, purpose, start, end = columns
    signed = Signed(
        kind=Kind(kind),
        version=version,
        active_from=datetime.fromisoformat(start),
        active_to=datetime.fromisoformat(end) if end else None,
        ended_at=None,
        ended_as=None,
    )
    effect = _EFFECTS.get(signed.kind)
    if effect is None:
        return signed, None
    return signed, Term(
        effect=effect,
        audience=Audience(audience),
        organisation=ClinicId(UUID(organisation)) if organisation else None,
        sections=frozenset(sections),
        purpose=purpose,
        start=signed.active_from,
        end=signed.active_to,
    )
