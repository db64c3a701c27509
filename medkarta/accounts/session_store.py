"""Django's sessions in our table: under the key's hash, with the account, within limits of time.

Not a subclass of Django's database backend: its asynchronous half would write the key as it is,
and its expiry is another one than ours. SessionBase needs six methods, and its asynchronous ones
call them.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import IntegrityError, transaction

from medkarta.accounts.actions.sessions import end_by_key, end_expired, rename_session
from medkarta.accounts.models import Session
from medkarta.accounts.queries.sessions import how_it_ended
from medkarta.accounts.rules import NOTED_EVERY, Ending, time_is_up
from medkarta.accounts.session_data import SignedData
from medkarta.accounts.session_keys import hash_of
from medkarta.accounts.sessions import present, proofs_in


class SessionStore(SignedData):
    """One browser's session. `ended` says how the one of its cookie ended, when it has."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.ended: Ending | None = None
        self._last_seen_at: datetime | None = None
        self._loaded_key: str | None = None
        self._loaded_proofs = 0

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing where it has ended or its time is up."""
        key = self.session_key
        row = Session.objects.select_related("account").filter(pk=hash_of(key or "")).first()
        if row is None:
            self.ended = how_it_ended(key or "")
            self._session_key = None
            return {}
        how = _over(row, present())
        if how is not None:
            end_by_key(key=key or "", how=how, now=present())
            self.ended = how if row.account_id else None
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row.data)
        self._last_seen_at = row.last_seen_at if row.account_id else None
        self._loaded_key, self._loaded_proofs = key, proofs_in(data)
        return data

    def touch(self) -> None:
        """Somebody did something just now: the idle time begins anew."""
        if self.session_key is None:
            return
        _ = self._session  # type: ignore[attr-defined]  # loads it, once
        now = present()
        if self._last_seen_at is not None and now >= self._last_seen_at + NOTED_EVERY:
            Session.objects.filter(pk=hash_of(self.session_key or "")).update(last_seen_at=now)
            self._last_seen_at = now

    def proved_more(self) -> bool:
        """Whether a factor was shown since the session was loaded, under the same key."""
        return (
            self._loaded_key is not None
            and self.session_key == self._loaded_key
            and proofs_in(self._session) > self._loaded_proofs  # type: ignore[attr-defined]
        )

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(pk=hash_of(session_key)).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's
        """Write the data. Raises UpdateError when the session has ended meanwhile."""
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if self.session_key is None:  # it has none yet, or loading showed that it has ended
            self.create()
            return
        held = {"data": self.encode(data), "account_id": data.get(SESSION_KEY)}
        key = hash_of(self.session_key)
        if not must_create:
            if not Session.objects.filter(pk=key).update(**held):
                raise UpdateError
            return
        now = present()
        try:
            with transaction.atomic():
                Session.objects.create(key_hash=key, created_at=now, last_seen_at=now, **held)
        except IntegrityError as error:
            raise CreateError from error

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            end_by_key(key=key, how=Ending.SIGNED_OUT, now=present())

    def cycle_key(self) -> None:
        """A new key for the same session, and the old one dead: no moment has both or none."""
        data = self._session  # type: ignore[attr-defined]
        old, new = self.session_key, self._get_new_session_key()  # type: ignore[attr-defined]
        if old is None or not rename_session(old_key=old, new_key=new):
            # It was none yet, or it has ended meanwhile: then nothing of it lives on.
            self.create()
            self._session_cache = data if old is None else {}
            return
        self._session_key = new
        self._session_cache = data
        self.modified = True

    @classmethod
    def clear_expired(cls) -> None:
        end_expired(now=present())


def _over(row: Session, now: datetime) -> Ending | None:
    if row.account is not None and not row.account.is_active:
        return Ending.ACCOUNT_CLOSED
    # Somebody who has not signed in yet may read the letter with the code for a while.
    seen = now if row.account_id is None else row.last_seen_at
    return time_is_up(began_at=row.created_at, last_seen_at=seen, now=now)
