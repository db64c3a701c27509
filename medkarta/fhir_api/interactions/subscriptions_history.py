"""Former versions of one's own subscriptions: https://hl7.org/fhir/R4/http.html#history, #vread.

They go with the subscription: of one that was deleted there is no history either.
"""

from functools import partial
from http import HTTPStatus
from uuid import UUID

from medkarta.fhir_api.answers import FhirAnswer, versioned
from medkarta.fhir_api.api import Api
from medkarta.fhir_api.beside import beside
from medkarta.fhir_api.interactions.history import KNOWN, history_answer, history_wished
from medkarta.fhir_api.interactions.vread import number_in
from medkarta.fhir_api.outcomes import not_found
from medkarta.fhir_api.requests import FhirRequest
from medkarta.fhir_api.subscription_rights import own_subscription, owner_asking
from medkarta.fhir_api.subscription_text import written
from medkarta.foundation.ids import ResourceId, encode_uuid
from medkarta.record.reading import History, Text
from medkarta.record.versions import VersionPlace
from medkarta.subscriptions import queries
from medkarta.subscriptions.owners import Owner, View


async def vread_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """What the subscription said as this version."""
    owner, present = await own_subscription(api, request, request.path[1])
    number = number_in(request)
    view = await beside(partial(queries.version_of, owner, present.id, number))
    if view is None:
        raise not_found()
    headers = versioned(view.version, view.updated_at)
    return FhirAnswer(status=HTTPStatus.OK, body=written(view), headers=headers)


async def history_of_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The versions of a subscription that are kept, the newest first."""
    owner, present = await own_subscription(api, request, request.path[1])
    return await _told(api, request, owner, present.id)


async def history_of_all_own(api: Api, request: FhirRequest) -> FhirAnswer:
    """The same of all of the caller's own, and of nobody else's."""
    return await _told(api, request, await owner_asking(api, request), None)


async def _told(
    api: Api, request: FhirRequest, owner: Owner, subscription_id: UUID | None
) -> FhirAnswer:
    wished = history_wished(api, request, key=None, known=KNOWN)
    stretch = wished.stretch(subscription_id)
    views = await beside(partial(queries.versions, owner, stretch))
    shown = views[: wished.count]
    found = History(
        versions=[_text(one) for one in shown],
        next=_place(shown[-1]) if len(views) > len(shown) else None,
    )
    return history_answer(api, request, wished, found)


def _text(view: View) -> Text:
    return Text(
        patient_id=None,
        resource_id=ResourceId(view.id),
        id=encode_uuid(view.id),
        resource_type="Subscription",
        version=view.version,
        recorded_at=view.updated_at,
        body=written(view).decode(),
    )


def _place(view: View) -> VersionPlace:
    return VersionPlace(recorded_at=view.updated_at, resource_id=view.id, version=view.version)
