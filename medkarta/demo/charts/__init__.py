"""The demo people's records, as their clinics would send them: FHIR R4 transaction Bundles."""

from medkarta.demo.cast import DemoPerson, Stage
from medkarta.demo.charts.anna_moscow import moscow_chart
from medkarta.demo.charts.anna_petersburg import petersburg_chart
from medkarta.demo.charts.modest import modest_chart
from medkarta.demo.charts.places import PLACES


def bundles(person: DemoPerson) -> list[bytes]:
    """Write what each of the person's clinics sends."""
    if person.stage is Stage.OPEN:
        return [moscow_chart(person).bundle(), petersburg_chart(person).bundle()]
    return [modest_chart(person, PLACES[clinic]).bundle() for clinic in person.clinics]
