"""Which part of a record stands in which section, in the order of the document."""

from typing import Final, NamedTuple

from medkarta.record.reading_summary import Part
from medkarta.terminology import summary_sections as names
from medkarta.terminology.summary_sections import SectionName


class Heading(NamedTuple):
    """A section; a required one stands even when it is empty."""

    part: Part
    name: SectionName
    required: bool = False


HEADINGS: Final = (
    Heading(Part.ALLERGIES, names.ALLERGIES, required=True),
    Heading(Part.PROBLEMS, names.PROBLEMS, required=True),
    Heading(Part.MEDICINES, names.MEDICINES, required=True),
    Heading(Part.IMMUNIZATIONS, names.IMMUNIZATIONS),
    Heading(Part.PROCEDURES, names.PROCEDURES),
    Heading(Part.DEVICES, names.DEVICES),
    Heading(Part.RESULTS, names.RESULTS),
    Heading(Part.VITALS, names.VITALS),
    Heading(Part.PAST, names.PAST),
    Heading(Part.SOCIAL, names.SOCIAL),
    Heading(Part.PLANS, names.PLANS),
)
