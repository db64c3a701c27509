"""Reading consents and their texts."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from medkarta.consents.models import Consent
from medkarta.consents.rules import CURRENT_VERSION, LANGUAGES, ConsentText, Kind
from medkarta.foundation.ids import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentView:
    """A consent as the person sees it, with the very text that they signed."""

    kind: Kind
    text: ConsentText
    signer: str
    signed_at: datetime
    signed_with: str
    withdrawn_at: datetime | None


def current_text(kind: Kind, language: str) -> ConsentText:
    """The text to sign now; in Russian where there is none in the language."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    version = CURRENT_VERSION[kind]
    file = files("medkarta.consents") / "texts" / f"{kind.value}.{version}.{language}.txt"
    return ConsentText(
        kind=kind, version=version, language=language, body=file.read_text(encoding="utf-8")
    )


def current_texts(kind: Kind) -> dict[str, ConsentText]:
    """The texts that may be signed now, by digest."""
    texts = (current_text(kind, language) for language in LANGUAGES)
    return {text.sha256: text for text in texts}


def in_force(person_id: PersonId, kind: Kind) -> ConsentView | None:
    """The consent of this kind that holds now."""
    found = (
        Consent.objects.filter(person_id=person_id, kind=kind.value, withdrawn_at=None)
        .select_related("text")
        .first()
    )
    return None if found is None else consent_view(found)


def history(person_id: PersonId) -> list[ConsentView]:
    """All that the person ever signed, newest first."""
    found = Consent.objects.filter(person_id=person_id).select_related("text")
    return [consent_view(consent) for consent in found.order_by("-signed_at", "-id")]


def consent_view(consent: Consent) -> ConsentView:
    """A row as others see it."""
    return ConsentView(
        kind=Kind(consent.kind),
        text=ConsentText(
            kind=Kind(consent.text.kind),
            version=consent.text.version,
            language=consent.text.language,
            body=consent.text.body,
        ),
        signer=consent.signer,
        signed_at=consent.signed_at,
        signed_with=consent.signed_with,
        withdrawn_at=consent.withdrawn_at,
    )
