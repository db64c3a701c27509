"""ESIA in an account that is there already: what differs is left, what is stale is asked again."""

from dataclasses import replace
from urllib.parse import quote

import citizens
import pytest
from django.utils import timezone
from esia_signed_in import data_of, goes, signed_in

from medkarta.accounts import queries as accounts
from medkarta.accounts.models import ExternalIdentity
from medkarta.accounts.rules import Level
from medkarta.demo.cast import CAST
from medkarta.foundation.policies import PolicyNumber
from medkarta.insurance import queries as insurance

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("esia")]


def test_other_data_in_the_register_of_the_insured_leaves_the_policy_as_the_next_step():
    citizen = citizens.with_account()
    number = PolicyNumber.of(CAST[0].policy)
    citizens.register(citizen, number=number, holder=replace(data_of(0), family="Прежняя"))
    client = signed_in(citizen)
    goes(client)
    assert client.post("/esia/confirm", {"agree": "1"})["Location"] == "/link"
    assert accounts.account(citizen.account_id).level is Level.VERIFIED
    assert insurance.policy_of(citizen.person_id, now=timezone.now()) is None
    assert "Привязать полис ОМС" in client.get("/link").content.decode()


def test_a_session_left_open_neither_links_nor_unlinks_esia():
    citizen = citizens.with_open_record()
    client = signed_in(citizen)
    goes(client)
    for address, back in (("/esia/confirm", "/esia/confirm"), ("/esia/unlink", "/profile")):
        answer = client.post(address, {"agree": "1"})
        assert answer["Location"] == f"/accounts/reauthenticate/?next={quote(back, safe='')}"
    assert not ExternalIdentity.objects.exists()
