"""Telling an app by which word it knows whoever signed in."""

from medkarta.clients.identity import Identity
from medkarta.clients.models import Authorization, Code, Subject
from medkarta.clients.rules import scopes
from medkarta.clients.secret_words import new_word
from medkarta.foundation.ids import PatientId


def identity_of(*, code: Code, authorization: Authorization) -> Identity | None:
    """What the id_token for this code says; None where the person allowed none."""
    plain = scopes.of(authorization.scopes).plain
    if scopes.OPENID not in plain:
        return None
    subject, _ = Subject.objects.get_or_create(
        client_id=authorization.client_id,
        account_id=authorization.account_id,
        defaults={"word": new_word()},
    )
    entry = code.launch_patient if scopes.FHIR_USER in plain else None
    return Identity(
        subject=subject.word,
        patient=None if entry is None else PatientId(entry),
        nonce=code.nonce,
        signed_in_at=code.signed_in_at,
    )
