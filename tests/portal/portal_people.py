"""Rights to act for somebody among the demo people, and what their pages say."""

import re
from datetime import timedelta

from django.utils import timezone

from medkarta.accounts import actions as accounts
from medkarta.accounts import totp
from medkarta.accounts.queries import account_by_email
from medkarta.audit import queries as audit
from medkarta.audit.drafts import Origin
from medkarta.patients import actions as patients
from medkarta.patients.queries import person_of
from medkarta.patients.rules.representation import Doing, Terms

ORIGIN = Origin(app="portal", request_id="r", address=None, device="a test")
RECORD = [
    "/",
    "/card",
    "/card/labs",
    "/card/vitals",
    "/card/exams",
    "/card/orders",
    "/card/prescriptions",
    "/card/vaccinations",
    "/card/diagnoses",
    "/card/visits",
    "/card/hospital",
    "/card/documents",
    "/card/timeline",
]
OWN = [
    "/profile",
    "/control/people",
    "/accounts/2fa/",
    "/accounts/email/",
]
WAY = ["/profile/documents", "/profile/documents/new", "/link", "/link/consent", "/link/request"]
WAY += ["/control/consents", "/control/consents/withdraw", "/link/request/done"]
BANNER = "Вы действуете за:"


def account(entry):
    return account_by_email(entry.email).account_id


def person(entry):
    return person_of(account(entry))


def trust(principal, representative, sections, doings=(Doing.READ,)):
    """Signed and accepted now."""
    now = timezone.now()
    offered = patients.offer_trust(
        person_id=person(principal).person_id,
        terms=Terms(
            email=representative.email,
            doings=frozenset(doings),
            sections=frozenset(sections),
            active_to=timezone.localdate() + timedelta(days=30),
        ),
        proof=accounts.Proof(code=code(principal, now)),
        by=account(principal),
        origin=ORIGIN,
        now=now,
    )
    return patients.accept_offer(
        offer_id=offered.offer_id, by=account(representative), origin=ORIGIN, now=now
    )


def code(entry, now):
    return totp.code_at(entry.totp_secret, totp.step_at(now))


def switch(client, view):
    return client.post("/acting", {"right": str(view.representation_id)})


def words(page):
    text = re.sub(r"<pre.*?</pre>|<title>.*?</title>", "", page.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def last_line(entry):
    return audit.entries(person_id=person(entry).person_id, before=None, limit=1)[0].said
