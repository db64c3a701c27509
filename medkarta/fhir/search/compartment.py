"""Whose a resource is."""

from medkarta.fhir.json_text import JsonObject


def patient_references(resource: JsonObject) -> list[str]:
    """Return the references by which a resource belongs to a patient, as written, none twice.

    Only the one nominated element of its type counts (`NOMINATED`), and of that only what may be a Patient: relative or absolute
    `Patient/…`, a URN, a conditional `Patient?…`. A Patient belongs to itself and has none here.
    """
    raise NotImplementedError
