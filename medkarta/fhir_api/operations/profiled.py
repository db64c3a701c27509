"""Profiles that a resource is asked to have, or says that it has.

https://hl7.org/fhir/R4/resource-operation-validate.html, the parameter `profile`, and
https://hl7.org/fhir/R4/resource.html#Meta: what stands in `meta.profile` is a claim.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.profiles.check import profile_issues
from medkarta.fhir.profiles.known import VERSIONS, profile_at
from medkarta.fhir.profiles.parts import HL7, Profile
from medkarta.fhir.structure.issues import LIMIT, Context
from medkarta.fhir.structure.places import PlacedResource, resources_of
from medkarta.fhir.structure.references import contained_types
from medkarta.fhir_api.operations.resolving import types_inside
from medkarta.fhir_api.outcomes import Issue


class _Claim(NamedTuple):
    """What stands in a resource's `meta.profile`; `profile` None: it is not held here."""

    path: str
    of: str
    profile: Profile | None


def of_profiles(resource: JsonObject, resource_type: str, asked: Collection[str]) -> list[Issue]:
    """What it has otherwise, or what stands in it, by the profiles that are asked and claimed.

    One that is asked for must be known; of one that is claimed it is told that it is not.
    """
    unknown = [
        Issue(
            code="not-found",
            diagnostics="This profile is not known here, or is not one of this type.",
            expression="profile",
        )
        for url in asked
        if not (_is_base(url, resource_type) or _held(url, resource_type))
    ]
    broken = islice(_broken(resource, resource_type, asked), LIMIT)
    claims = chain.from_iterable(_claims(placed) for placed in resources_of(resource))
    strange = (_told(claim) for claim in claims if not _is_of(claim.profile, claim.of))
    return [*unknown, *broken, *islice(strange, LIMIT)]


def _broken(resource: JsonObject, resource_type: str, asked: Iterable[str]) -> Iterator[Issue]:
    types = types_inside(resource)
    wanted = [profile for url in asked if (profile := _held(url, resource_type))]
    for placed in resources_of(resource):
        own = wanted if placed.path == resource_type else []
        context = Context(types, contained_types(placed.container))
        profiles = [*own, *_claimed(placed)]
        for one in profile_issues(profiles, placed.resource, context, path=placed.path):
            yield Issue(code=one.code.value, diagnostics=one.words, expression=one.path)


def _claimed(placed: PlacedResource) -> Iterator[Profile]:
    for claim in _claims(placed):
        if claim.profile and _is_of(claim.profile, claim.of):
            yield claim.profile


def _claims(placed: PlacedResource) -> Iterator[_Claim]:
    kind, meta = placed.resource["resourceType"], placed.resource.get("meta")
    claims = meta.get("profile") if isinstance(meta, dict) else None
    for number, url in enumerate(claims if isinstance(claims, list) else ()):
        if isinstance(url, str) and not _is_base(url, kind):
            yield _Claim(f"{placed.path}.meta.profile[{number}]", kind, profile_at(url))


def _told(claim: _Claim) -> Issue:
    if claim.profile:
        words = f"This profile is one of {claim.profile.of}."
        return Issue(code="invalid", diagnostics=words, expression=claim.path)
    return Issue(
        code="not-found",
        diagnostics="This profile is not known here, and was not looked at.",
        expression=claim.path,
        severity="warning",
    )


def _held(url: str, resource_type: str) -> Profile | None:
    profile = profile_at(url)
    return profile if _is_of(profile, resource_type) else None


def _is_of(profile: Profile | None, resource_type: str) -> bool:
    return profile is not None and profile.of == resource_type


def _is_base(url: str, resource_type: str) -> bool:
    address, _, version = url.partition("|")
    named = address.removeprefix(HL7) if address.startswith(HL7) else ""
    return named in {resource_type, "DomainResource", "Resource"} and version in VERSIONS
