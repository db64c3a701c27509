"""Browsers that are known to an account: what they are told apart by, and when that ends."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from medkarta.accounts.log import log_own_act
from medkarta.accounts.models import Device
from medkarta.accounts.rules import DEVICE_KNOWN
from medkarta.accounts.session_keys import hash_of
from medkarta.audit.drafts import Act, Origin
from medkarta.foundation.ids import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownDevice:
    """A browser as the account knows it; `token` is for its cookie alone."""

    device_id: UUID
    token: str
    new: bool


@transaction.atomic
def know_device(*, account_id: AccountId, token: str, now: datetime) -> KnownDevice:
    """The browser that shows this word, made known where it was not.

    A word that we never gave out is not taken over: whoever planted it in the browser knows it.
    """
    given = Device.objects.filter(token_hash=hash_of(token), last_seen_at__gt=now - DEVICE_KNOWN)
    device = given.filter(account_id=account_id).first()
    if device is not None:
        Device.objects.filter(pk=device.pk).update(last_seen_at=now)
        return KnownDevice(device_id=device.pk, token=token, new=False)
    if not token or not given.exists():
        token = secrets.token_urlsafe(32)
    device, _ = Device.objects.update_or_create(
        account_id=account_id,
        token_hash=hash_of(token),
        defaults={"created_at": now, "last_seen_at": now},
    )
    return KnownDevice(device_id=device.pk, token=token, new=True)


@transaction.atomic
def forget_device(*, account_id: AccountId, device_id: UUID, origin: Origin, now: datetime) -> bool:
    """Make a browser a stranger; False where it was one. A session open in it stays open."""
    deleted, _ = Device.objects.filter(account_id=account_id, pk=device_id).delete()
    if deleted:
        act = Act(action="forget-device", purpose="security", ground="own")
        log_own_act(act, account_id=account_id, origin=origin, now=now)
    return bool(deleted)


def forget_devices(*, account_id: AccountId) -> None:
    """No browser is known to the account any more: its password has changed."""
    Device.objects.filter(account_id=account_id).delete()


def forget_old_devices(*, now: datetime) -> int:
    """Delete what was not seen for a year."""
    return Device.objects.filter(last_seen_at__lt=now - DEVICE_KNOWN).delete()[0]
