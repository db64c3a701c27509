"""A parent goes the whole way for a child who has no account: policy, consent, clinics, record."""

import re
from datetime import timedelta
from functools import partial
from uuid import uuid4

import citizens
import pytest
import represented
from citizens import NOW, ORIGIN, PASSWORD
from django.test import Client
from django.utils import timezone

from medkarta.audit import queries as audit
from medkarta.consents import actions as consents
from medkarta.consents import queries as consent_queries
from medkarta.consents.rules import Kind
from medkarta.foundation.enp import Enp
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance.actions import find_policy, link_policy, register_insured
from medkarta.insurance.rules import Insured
from medkarta.patients import actions as patients
from medkarta.patients.queries import link_state
from medkarta.patients.rules.papers import PaperInput, PaperKind
from medkarta.portal import acting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parent():
    return citizens.confirmed()


@pytest.fixture
def child():
    now = timezone.localdate()
    return represented.child(born=now.replace(year=now.year - 10, day=1))


@pytest.fixture
def view(parent, child):
    return represented.legal(parent, child)


@pytest.fixture
def client(parent, view):
    client = Client()
    client.post("/accounts/login/", {"login": parent.email, "password": PASSWORD})
    before = timezone.now() - timedelta(seconds=30)
    client.post("/accounts/2fa/authenticate/", {"code": parent.code(before)})
    client.post("/acting", {"right": str(view.representation_id)})
    return client


def lines(view):
    found = audit.entries(person_id=view.principal.person_id, before=None, limit=50)
    return {one.said.action: one.said for one in found}


def read_consent(client):
    """The digest of what stands there to be signed, once the child's details are written down."""
    details = {
        "address": "000000, г. Примерск, ул. Выдуманная, д. 2",
        "document_number": "IV-АБ 744233",
        "document_issued": "выдуманным отделом, 20.05.2016",
    }
    assert client.get("/link/consent")["Location"] == "/control/consents/details?for=processing"
    answer = client.post("/control/consents/details", {"for": "processing", **details})
    assert answer["Location"] == "/link/consent"
    text = client.get("/link/consent").content.decode()
    return re.search(r'name="sha256" value="([0-9a-f]{64})"', text)[1]


def test_the_whole_way_and_each_step_in_the_childs_log(client, parent, child, view):
    policy = PolicyNumber.of(
        Enp.make(region=77, sex="F", birth_date=child.birth_date, serial=92_001)
    )
    register_insured(
        number=policy,
        insured=Insured(
            holder=child, insurer="Вымышленная", active_from=child.birth_date, active_to=None
        ),
    )
    patient_id = citizens.entry(parent, data=child)
    assert "Шаги к карте ребёнка" in client.get("/card").content.decode()
    assert client.get("/link").content.decode().count("task--next") == 1
    assert client.post("/profile/documents/new", {"number": policy.number}).status_code == 302
    sha256 = read_consent(client)
    signed = {"sha256": sha256, "agreed": "on", "code": parent.code(timezone.now())}
    assert client.post("/link/consent", signed)["Location"] == "/link"
    client.post("/link/request", {"act": "ask"})
    client.post("/link/request", {"act": "confirm", "patients": [str(patient_id)]})
    page = client.get("/card")
    assert page.status_code == 200
    assert "Вы действуете за:" in page.content.decode()
    done = lines(view)
    for action in ("link-policy", "sign-consent", "confirm-link", "open-record"):
        said = done[action]
        assert (said.purpose, said.actor_id, said.on_behalf_of) == (
            "representing",
            parent.account_id,
            view.principal.person_id,
        ), action
    consent = consent_queries.in_force(view.principal.person_id, Kind.PROCESSING, at=timezone.now())
    assert consent.signer.startswith("Ёлкина-Примерова Алёна Петровна")
    assert "за: Ёлкина Алиса Игоревна" in consent.signer
    assert consent_queries.in_force(parent.person_id, Kind.PROCESSING, at=timezone.now()) is None


def test_from_fifteen_on_nobody_signs_in_the_childs_place(parent):
    view = represented.legal(parent, represented.young(born=NOW.date().replace(year=2011)).data)
    young = view.principal
    with pytest.raises(patients.NotOwnRightError):
        consents.withdraw(
            person_id=young.person_id,
            kind=Kind.PROCESSING,
            by=parent.account_id,
            origin=ORIGIN,
            now=NOW,
        )
    with pytest.raises(patients.NotOwnRightError):
        patients.request_link(
            person_id=young.person_id, by=parent.account_id, origin=ORIGIN, now=NOW
        )


def test_a_stranger_decides_nothing_for_a_child(parent, view):
    stranger = citizens.confirmed(9)
    whose = {
        "person_id": view.principal.person_id,
        "by": stranger.account_id,
        "origin": ORIGIN,
        "now": NOW,
    }
    birth = PaperInput(
        kind=PaperKind.BIRTH_CERTIFICATE,
        number="IVАБ744233",
        issued_on=NOW.date(),
        issued_by="выдуманным отделом",
        department="",
    )
    for act in (
        partial(patients.request_link, **whose),
        partial(patients.add_paper, paper=birth, **whose),
        partial(patients.remove_paper, paper_id=uuid4(), **whose),
        partial(link_policy, number=citizens.Citizen(number=9).policy, **whose),
        partial(find_policy, **whose),
    ):
        with citizens.nothing_written_after(stranger), pytest.raises(patients.NotOwnRightError):
            act()


def test_whose_right_ends_within_the_request_is_refused_in_words(client, parent, view, monkeypatch):
    patients.end_by_paper(
        representation_id=view.representation_id,
        by=citizens.operator(),
        origin=ORIGIN,
        now=timezone.now(),
    )
    monkeypatch.setattr(acting, "signs_for", lambda _request: view.principal)
    monkeypatch.setattr(acting.Acting, "may", lambda _self, _act: True)
    for address in ("/link/request", "/profile/documents/find"):
        assert client.post(address, {"act": "ask"}).status_code == 403


def test_a_right_that_ended_between_form_and_press_signs_for_nobody(client, parent, view):
    sha256 = read_consent(client)
    patients.end_by_paper(
        representation_id=view.representation_id,
        by=citizens.operator(),
        origin=ORIGIN,
        now=timezone.now(),
    )
    signed = {"sha256": sha256, "agreed": "on", "code": parent.code(timezone.now())}
    assert client.post("/link/consent", signed).status_code == 403
    for person_id in (parent.person_id, view.principal.person_id):
        assert consent_queries.in_force(person_id, Kind.PROCESSING, at=timezone.now()) is None


def test_control_counts_what_is_the_childs(client, parent, child, view):
    citizens.entry(parent)
    text = client.get("/control").content.decode()
    assert "Привязано карт: 0" in text
    assert f"Строк в журнале: {audit.count(view.principal.person_id)}" in text


def test_what_a_parent_refuses_is_the_childs_request_and_not_their_own(client, parent, child, view):
    citizens.entry(parent, data=child)
    citizens.entry(parent)
    client.post("/acting", {"act": "stop"})
    client.post("/link/request", {"act": "ask"})
    client.post("/acting", {"right": str(view.representation_id)})
    client.post("/link/request", {"act": "ask"})
    client.post("/link/request", {"act": "refuse"})
    own, childs = link_state(parent.person_id), link_state(view.principal.person_id)
    assert (own.request.state, childs.request.state) == ("found", "refused")
