"""«Завершить все остальные сеансы»: ticked they end, un-ticked they go on."""

import citizens
import pytest
from browsers import IPHONE, REAUTHENTICATE, is_in, new_code, row_of, says, signed_in
from citizens import PASSWORD

from medkarta.accounts import actions
from medkarta.accounts.models import Account, SignIn
from medkarta.notifications import queries as notifications

pytestmark = pytest.mark.django_db
CHANGE = "/accounts/password/change/"
NEW = "другая-ромашка-за-рекой-5"


@pytest.fixture
def citizen():
    return citizens.with_account()


def change(client, **more):
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(REAUTHENTICATE, {"code": new_code()})
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **more}
    answer = client.post(CHANGE, sent)
    assert answer.status_code == 302, answer.content.decode()


def letter():
    return notifications.recent()[0].body


def hashes_of(citizen):
    return {Account.objects.get(pk=citizen.account_id).get_session_auth_hash()}


def test_ticked_the_others_end_and_say_why(citizen):
    one, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    change(one, end_others="on")
    assert is_in(one)
    assert not is_in(other)
    assert "На других устройствах вход завершён" in letter()
    assert SignIn.objects.get(ended_at__isnull=False).ended_how == "password-changed"


def test_unticked_the_others_go_on_with_all_that_they_held(citizen):
    one, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    before = row_of(other).last_seen_at
    change(one)
    assert is_in(one)
    assert is_in(other)
    assert "Войдите" not in says(other, "/profile")
    assert "Сеансы на других устройствах продолжаются" in letter()
    assert not SignIn.objects.filter(ended_at__isnull=False).exists()
    assert row_of(other).last_seen_at == before


def test_what_goes_on_ends_with_the_next_change_that_is_ticked(citizen):
    one, other = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    change(one)
    sent = {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD, "end_others": "on"}
    assert one.post(CHANGE, sent).status_code == 302
    assert not is_in(other)


def test_a_session_that_was_over_by_then_is_not_brought_back(citizen):
    one, stale = signed_in(citizen.email), signed_in(citizen.email, IPHONE)
    account = Account.objects.get(pk=citizen.account_id)
    former = {account.get_session_auth_hash()}
    account.set_password(NEW)
    account.save()
    kept = actions.keep_sessions(account_id=citizen.account_id, held_by=hashes_of(citizen))
    assert kept == 0
    assert not is_in(stale)
    assert actions.keep_sessions(account_id=citizen.account_id, held_by=former) == 1
    assert is_in(one)


def test_anothers_sessions_are_not_touched(citizen):
    stranger = citizens.with_account(2)
    theirs, own = signed_in(stranger.email), signed_in(citizen.email)
    data = row_of(theirs).data
    change(own)
    assert row_of(theirs).data == data
    assert is_in(theirs)


def test_the_page_says_what_the_box_does(citizen):
    client = signed_in(citizen.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(REAUTHENTICATE, {"code": new_code()})
    text = client.get(CHANGE).content.decode()
    assert "Остальные сеансы закончатся, если не снять отметку ниже" in text
    assert 'name="end_others"' in text
    assert "checked" in text.split('name="end_others"')[1].split(">")[0]
