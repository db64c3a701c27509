"""The address of an analyte's page: a word for the code system and the code, no person."""

import base64
import binascii

from django.urls import reverse

_SLUGS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "fsli": "urn:oid:1.2.643.5.1.13.13.11.1080",
    "mkb-10": "urn:oid:1.2.643.5.1.13.13.11.1005",
    "text": "",
}
_SYSTEMS = {system: slug for slug, system in _SLUGS.items()}
_OTHER = "x-"


class UnknownSlugError(ValueError):
    """The address names no system."""


def slug_of(system: str) -> str:
    """A word for a system that we know, else its address in base64url."""
    known = _SYSTEMS.get(system)
    if known is not None:
        return known
    return _OTHER + base64.urlsafe_b64encode(system.encode()).decode().rstrip("=")


def system_of(slug: str) -> str:
    """Read what `slug_of` wrote. Raises `UnknownSlugError`."""
    if slug in _SLUGS:
        return _SLUGS[slug]
    if not slug.startswith(_OTHER):
        raise UnknownSlugError(slug)
    text = slug.removeprefix(_OTHER)
    try:
        return base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        ).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnknownSlugError(slug) from error


def analyte_href(system: str, code: str) -> str:
    """The page of one analyte."""
    return reverse("analyte", args=[slug_of(system), code])
