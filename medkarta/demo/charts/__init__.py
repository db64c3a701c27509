"""The demo people's records, as their clinics would send them: FHIR R4 transaction Bundles."""

from medkarta.demo.cast import DemoPerson
from medkarta.demo.charts.anna_moscow import moscow_chart
from medkarta.demo.charts.anna_petersburg import petersburg_chart
from medkarta.demo.charts.modest import modest_chart
from medkarta.demo.charts.places import PLACES

_ANNA = "anna.vymyslova"


def bundles(person: DemoPerson) -> list[bytes]:
    """Write what each of the person's clinics sends, where their story is written by hand."""
    if person.mailbox == _ANNA:
        return [moscow_chart(person).bundle(), petersburg_chart(person).bundle()]
    return [modest_chart(person, PLACES[clinic]).bundle() for clinic in person.clinics]
