"""A request that proves the key of its token: https://www.rfc-editor.org/rfc/rfc9449#section-7."""

from medkarta.clients import dpop
from medkarta.clients.assertions import AssertionRefusedError
from medkarta.clients.bearer import take_proof
from medkarta.fhir_api.api import Database, key_not_proved
from medkarta.fhir_api.requests import FhirRequest


async def proved(request: FhirRequest, *, database: Database) -> str:
    """The thumbprint of the proved key. Raises `FhirError` in words."""
    token = request.token or ""
    address = "/".join((request.base, *request.path))
    shown = dpop.Shown(method=request.method, address=address, token=token)
    try:
        proof = dpop.check(request.header("dpop"), shown, now=request.now)
    except AssertionRefusedError as error:
        raise key_not_proved(f"The proof is not for this request: {error}.") from error
    async with (await database.pool()).connection() as connection:
        taken = await take_proof(proof, token, connection=connection)
    if not taken:
        raise key_not_proved("The proof was used before, or is not of this token's key.")
    return proof.thumbprint
