"""A notice on its way: to an allowed host, at the very address that was looked at."""

from typing import Final

from django.conf import settings

from medkarta.foundation.outgoing import Neighbour, OutsideSilentError, OutsideTooMuchError
from medkarta.foundation.public_addresses import InwardAddressError, public_address
from medkarta.subscriptions.rules import Endpoint, EndpointRefusedError, endpoint_of

_PATIENCE: Final = 10.0  # seconds
_LARGEST: Final = 64_000  # bytes of an answer that nobody reads
_TAKEN: Final = range(200, 300)


class NotTakenError(Exception):
    """The notice was not taken; the words are for the client."""


def checked(url: str) -> Endpoint:
    """Whether a notice may go there by the present settings. Raises `EndpointRefusedError`."""
    return endpoint_of(url, hosts=settings.SUBSCRIPTION_HOSTS, demo=settings.DEMO)


def notify(url: str) -> None:
    """Send the notice: a POST without a body. Raises `NotTakenError`.

    https://hl7.org/fhir/R4/subscription.html#2.46.8.1. Nothing of the record goes out.
    """
    try:
        endpoint = checked(url)
        address = "127.0.0.1" if endpoint.here else public_address(endpoint.host, endpoint.port)
        neighbour = Neighbour(
            endpoint.origin, patience=_PATIENCE, largest=_LARGEST, address=address
        )
        answer = neighbour.ask("POST", endpoint.path)
    except EndpointRefusedError as error:
        raise NotTakenError(str(error)) from error
    except InwardAddressError as error:
        raise NotTakenError("The host's name leads to no public address.") from error
    except (OutsideSilentError, OutsideTooMuchError) as error:
        raise NotTakenError("The endpoint did not answer in time, or said too much.") from error
    if answer.status not in _TAKEN:
        raise NotTakenError(f"The endpoint answered {answer.status}.")
