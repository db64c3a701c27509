"""FHIR patch, by JSON Patch and FHIRPath Patch: https://hl7.org/fhir/R4/http.html#patch."""

from collections.abc import Callable
from http import HTTPStatus

from medkarta.fhir.json_text import BadJsonError
from medkarta.fhir.patching.bounds import BadPatchError, PatchError
from medkarta.fhir.patching.fhirpath_patch import fhirpath_patched
from medkarta.fhir.patching.json_patch import json_patched
from medkarta.fhir_api.answers import FhirAnswer
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.media_types import kind_of
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.submitting import (
    beside_if_large,
    condition_in,
    header_or_none,
    submit_one,
    text_of,
)
from medkarta.record.submissions import Patch, RefusedError, SentEntry

JSON_PATCH = "application/json-patch+json"
_NO_PATCH = (
    "a patch is a JSON Patch (application/json-patch+json) or a FHIRPath Patch, which is a"
    " Parameters resource"
)


async def patch(api: Api, request: FhirRequest) -> FhirAnswer:
    """A next version: the present one with the changes that the body names."""
    return await _patch(api, request, "/".join(request.path))


async def conditional_patch(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of the one resource that meets the condition."""
    return await _patch(api, request, condition_in(request))


def patch_by(change: Callable[[str, str | bytes], str], document: str | bytes) -> Patch:
    """What a patch document makes of a text; what cannot be changed so is refused in words."""

    def patched(text: str) -> str:
        try:
            return change(text, document)
        except PatchError as error:
            bad = isinstance(error, BadPatchError)
            status = HTTPStatus.BAD_REQUEST if bad else HTTPStatus.UNPROCESSABLE_ENTITY
            raise RefusedError(str(error), status=status, expression=error.place) from error
        except BadJsonError as error:
            words = f"{_NO_PATCH} ({error})"
            raise RefusedError(words, status=HTTPStatus.BAD_REQUEST, code="structure") from error

    return patched


async def patch_sent(request: FhirRequest, url: str) -> SentEntry:
    """The entry that asks for what the body's patch says. Raises `FhirError`."""
    kind = kind_of(request.header("content-type"))
    change = json_patched if kind == JSON_PATCH else fhirpath_patched
    return SentEntry(
        method="PATCH",
        url=url,
        if_match=header_or_none(request, "if-match"),
        patched=patch_by(change, await beside_if_large(request, text_of)),
    )


async def _patch(api: Api, request: FhirRequest, url: str) -> FhirAnswer:
    return await submit_one(api, request, await patch_sent(request, url))
