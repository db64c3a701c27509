"""What accounts ask about the people who hold them (`accounts.ports.Holders`)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from medkarta.accounts.ports import Holder, SnilsConfirmedElsewhereError
from medkarta.audit.drafts import Origin
from medkarta.foundation.ids import AccountId, PersonId
from medkarta.patients.actions.following import end_foreign_links
from medkarta.patients.models import Link, Person, PersonPaper
from medkarta.patients.queries import data_of
from medkarta.patients.registers import followers
from medkarta.patients.rules import known_words, same_names


class PeopleAsHolders:
    """The people of `patients`, as far as accounts must know them."""

    def holder_of(self, account_id: AccountId) -> Holder | None:
        """The person of the account, or None while nobody has said who it is."""
        return _holder(Person.objects.filter(account_id=account_id).first())

    def hold(self, account_id: AccountId) -> Holder | None:
        """The same, and nobody changes the person until the caller's transaction ends."""
        return _holder(Person.objects.select_for_update().filter(account_id=account_id).first())

    def words_of(self, account_id: AccountId) -> tuple[str, ...]:
        """Names, the birth date as people write it, the СНИЛС."""
        person = Person.objects.filter(account_id=account_id).first()
        return () if person is None else known_words(data_of(person))

    def identity_confirmed(
        self, account_id: AccountId, *, by: AccountId, origin: Origin, now: datetime
    ) -> None:
        """Bind the СНИЛС to the person, end links and policies of other data.

        Whom a parent's paper made known before comes into their own here: with the account go the
        links, the policy and the log that are theirs already; the papers come along. Raises
        `SnilsConfirmedElsewhereError`.
        """
        person = _come_into_own(Person.objects.get(account_id=account_id))
        try:
            with transaction.atomic():
                Person.objects.filter(pk=person.pk).update(confirmed_snils=person.snils)
        except IntegrityError as error:
            raise SnilsConfirmedElsewhereError from error
        end_foreign_links(person_id=PersonId(person.pk), by=by, origin=origin, now=now)
        for follower in followers():
            follower.identity_proved(PersonId(person.pk), by=by, origin=origin, now=now)


def _come_into_own(person: Person) -> Person:
    made = Person.objects.select_for_update().filter(confirmed_snils=person.snils, account=None)
    known = made.exclude(confirmed_snils="").first()
    if known is None:
        return person
    same = known.birth_date == person.birth_date and same_names(data_of(known), data_of(person))
    if not same or Link.objects.filter(person=person).exists():
        raise SnilsConfirmedElsewhereError
    account_id, person.account_id = person.account_id, None
    person.save(update_fields=["account"])
    known.account_id = account_id
    known.save(update_fields=["account"])
    PersonPaper.objects.filter(person=person).update(person=known)
    return known


def _holder(person: Person | None) -> Holder | None:
    if person is None:
        return None
    data = data_of(person)
    return Holder(
        person_id=PersonId(person.pk),
        name=data.full_name,
        complete=data.complete,
        seen=data.fingerprint,
    )
