"""The same code or refresh token, shown by many at one moment."""

import allowed
import citizens
import pytest
from citizens import NOW, at_once

from medkarta.clients import queries as clients
from medkarta.clients.actions import Issued
from medkarta.clients.models import Code
from medkarta.clients.rules.errors import OAuthError
from medkarta.clients.secret_words import digest_of
from medkarta.foundation.ids import new_uuid


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_code_one_gets_tokens_and_they_are_dead():
    citizen, client = citizens.with_open_record(), allowed.app()
    code = allowed.allow(citizen, client)
    answers = at_once(*[lambda: allowed.exchange(client, code)] * 6)
    given = [one for one in answers if isinstance(one, Issued)]
    assert len(given) == 1
    assert all(isinstance(one, Issued | OAuthError) for one in answers)
    assert clients.token_of(client, given[0].access_token, now=NOW) is None


@pytest.mark.django_db(transaction=True)
def test_of_twenty_with_one_refresh_token_one_gets_the_next_and_the_family_ends():
    _, client, issued = allowed.with_tokens()
    answers = at_once(*[lambda: allowed.refresh(client, issued.refresh_token)] * 20)
    given = [one for one in answers if isinstance(one, Issued)]
    assert len(given) == 1
    assert all(isinstance(one, Issued | OAuthError) for one in answers)
    with pytest.raises(OAuthError):
        allowed.refresh(client, given[0].refresh_token)


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_permission_comes_and_one_code_is_good():
    citizen, client, once = citizens.with_open_record(), allowed.app(), new_uuid()
    codes = at_once(*[lambda: allowed.allow(citizen, client, authorization_id=once)] * 5)
    assert all(isinstance(code, str) for code in codes), codes
    good = Code.objects.get()
    assert [digest_of(code) == bytes(good.digest) for code in codes].count(True) == 1
    assert len(clients.authorizations(citizen.account_id)) == 1
