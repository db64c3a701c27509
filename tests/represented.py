"""Who acts for whom, each step by the real action."""

from dataclasses import dataclass
from datetime import date, timedelta

import citizens
from citizens import NOW, ORIGIN, PASSWORD, SECRET, Citizen

from medkarta.accounts import actions as accounts
from medkarta.foundation.enp import Enp
from medkarta.foundation.policies import PolicyNumber
from medkarta.foundation.snils import Snils, control_number
from medkarta.patients import actions as patients
from medkarta.patients.rules import PersonalDataInput, Sex
from medkarta.patients.rules.representation import Doing, Kind, Paper, Terms

# Codes of the consent are used up by then.
SOON = NOW + timedelta(minutes=2)


def child(number=1, born=date(2016, 5, 5), *, snils=True):
    nine = f"98{number:07d}"
    return PersonalDataInput(
        family="Ёлкина",
        given="Алиса",
        patronymic="Игоревна",
        birth_date=born,
        sex=Sex.FEMALE,
        snils=Snils.parse(nine + control_number(nine)) if snils else None,
    )


@dataclass(kw_only=True)
class Young(Citizen):
    """A citizen below eighteen, with an account of their own."""

    born: date = date(2010, 3, 15)

    @property
    def data(self):
        return child(self.number, self.born)

    @property
    def policy(self):
        return PolicyNumber.of(
            Enp.make(region=77, sex="F", birth_date=self.born, serial=91_000 + self.number)
        )


def young(number=5, born=date(2010, 3, 15)):
    """Their record is open to them."""
    one = Young(number=number, born=born)
    one.account_id = accounts.open_account(
        new=accounts.NewAccount(email=one.email, password=PASSWORD, totp_secret=SECRET)
    )
    one.person_id = patients.open_person(account_id=one.account_id)
    patients.record_personal_data(
        person_id=one.person_id, data=one.data, by=one.account_id, origin=ORIGIN, now=NOW
    )
    citizens.confirm(one)
    citizens.register(one)
    citizens.link_policy(one)
    citizens.sign(one)
    one.patient_ids = [citizens.entry(one)]
    citizens.confirm_link(one, citizens.request_link(one), one.patient_ids)
    return one


def claim(parent, data=None, *, kind=Kind.PARENT, zone="Europe/Moscow", now=NOW, certificate=""):
    return patients.claim_representation(
        person_id=parent.person_id,
        claim=patients.Claim(
            kind=kind, data=data or child(), certificate=certificate or "IV-АБ 744233", zone=zone
        ),
        by=parent.account_id,
        origin=ORIGIN,
        now=now,
    )


def confirm(claim_id, *, paper=Paper.BIRTH_CERTIFICATE, by=None, now=NOW):
    return patients.confirm_claim(
        claim_id=claim_id, paper=paper, by=by or citizens.operator(), origin=ORIGIN, now=now
    )


def legal(parent, data=None, **how):
    """The parent acts for a child, by an operator's word."""
    return confirm(claim(parent, data, **how))


def terms(to, *, sections=("labs",), doings=(Doing.READ,), until=date(2027, 11, 1)):
    return Terms(
        email=to if isinstance(to, str) else to.email,
        doings=frozenset(doings),
        sections=frozenset(sections),
        active_to=until,
    )


def offer(principal, to, *, now=SOON, code=None, by=None, **what):
    return patients.offer_trust(
        person_id=principal.person_id,
        terms=terms(to, **what),
        proof=accounts.Proof(code=code or principal.code(now)),
        by=by or principal.account_id,
        origin=ORIGIN,
        now=now,
    )


def accept(offered, representative, *, now=SOON):
    return patients.accept_offer(
        offer_id=offered.offer_id, by=representative.account_id, origin=ORIGIN, now=now
    )


def trusted(principal, representative, *, now=SOON, **what):
    """The representative acts for the principal, by the principal's signature."""
    return accept(offer(principal, representative, now=now, **what), representative, now=now)


def end(view, by, *, now=SOON):
    patients.end_trust(
        representation_id=view.representation_id, by=by.account_id, origin=ORIGIN, now=now
    )
