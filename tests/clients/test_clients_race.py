"""The same code or refresh token, shown by many at one moment."""

import allowed
import citizens
import pytest
from citizens import NOW, at_once

from medkarta.clients import queries as clients
from medkarta.clients.actions import Issued
from medkarta.clients.rules.errors import OAuthError


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
