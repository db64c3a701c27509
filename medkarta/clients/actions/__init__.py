"""Everything that changes a program, a permission or a token."""

from medkarta.clients.actions.allowing import (
    AnsweredError,
    Approval,
    LaunchRefusedError,
    NothingToReadError,
    allow_app,
    lasts,
    launch_app,
)
from medkarta.clients.actions.authenticating import (
    Shown,
    authenticate_client,
    prove_held_key,
    prove_key,
)
from medkarta.clients.actions.ending import end_app
from medkarta.clients.actions.forgetting import end_expired, forget_expired
from medkarta.clients.actions.registering import (
    AppsReadError,
    By,
    NewClient,
    NoWayInError,
    Registered,
    SecondOperatorNeededError,
    UnknownClientError,
    approve_client,
    disable_client,
    register_client,
)
from medkarta.clients.actions.signing import renew_key, replace_key, signer
from medkarta.clients.actions.tokens import (
    Exchange,
    Issued,
    Renewal,
    exchange_code,
    issue_to_system,
    refresh,
    revoke,
)

__all__ = [
    "AnsweredError",
    "Approval",
    "AppsReadError",
    "By",
    "Exchange",
    "Issued",
    "LaunchRefusedError",
    "NewClient",
    "NoWayInError",
    "NothingToReadError",
    "Registered",
    "Renewal",
    "SecondOperatorNeededError",
    "Shown",
    "UnknownClientError",
    "allow_app",
    "approve_client",
    "authenticate_client",
    "disable_client",
    "end_app",
    "end_expired",
    "exchange_code",
    "forget_expired",
    "issue_to_system",
    "lasts",
    "launch_app",
    "prove_held_key",
    "prove_key",
    "refresh",
    "register_client",
    "renew_key",
    "replace_key",
    "revoke",
    "signer",
]
