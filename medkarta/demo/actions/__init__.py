"""Making demo people, and moving them on."""

from medkarta.demo.actions.confirming import NoAccountError, confirm
from medkarta.demo.actions.populating import populate
from medkarta.demo.actions.programs import NoProgramsError, register_programs, token_of_system
from medkarta.demo.actions.settling import Settled, settle
from medkarta.demo.actions.signing_in import NoSignInError, sign_in_for

__all__ = [
    "NoAccountError",
    "NoProgramsError",
    "NoSignInError",
    "Settled",
    "confirm",
    "populate",
    "register_programs",
    "settle",
    "sign_in_for",
    "token_of_system",
]
