"""Codes and tokens: once, in time, by whom they were given to, and dead when ended."""

from datetime import timedelta

import allowed
import bearers
import citizens
import pytest
from allowed import ASKED, BACK, VERIFIER
from citizens import NOW, ORIGIN, later

from medkarta.accounts import actions as accounts
from medkarta.accounts.models import Account
from medkarta.accounts.rules import AskedBecause
from medkarta.audit import queries as audit
from medkarta.clients import actions
from medkarta.clients import queries as clients
from medkarta.clients.actions.ending import end_app
from medkarta.clients.known import view
from medkarta.clients.models import Code, RefreshToken, Token
from medkarta.clients.rules.errors import OAuthError
from medkarta.clients.rules.kinds import Ended
from medkarta.consents import actions as consents
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import new_uuid
from medkarta.notifications.models import Message

pytestmark = pytest.mark.django_db


def alive(client, issued, now=NOW):
    return clients.token_of(client, issued.access_token, now=now) is not None


def how_ended(citizen):
    return clients.authorizations(citizen.account_id)[0].ended_how


def lines(citizen):
    found = audit.entries(person_id=citizen.person_id, before=None, limit=50)
    return [one.said for one in found if one.said.action.endswith("-app")]


class TestCodes:
    def test_a_code_gives_what_was_allowed_for_an_hour_and_names_the_patient(self):
        citizen, client, issued = allowed.with_tokens()
        assert issued.scope == ASKED
        assert issued.patient == citizen.patient_ids[0]
        assert issued.lasts == timedelta(seconds=3600)
        assert alive(client, issued, later(minutes=59))
        assert not alive(client, issued, later(minutes=60))

    def test_the_patient_is_the_entry_linked_first(self):
        citizen = citizens.with_open_record()
        second = citizens.entry(citizen)
        request = citizens.request_link(citizen, later(minutes=1))
        citizens.confirm_link(citizen, request, [second], now=later(minutes=2))
        client = allowed.app()
        issued = allowed.exchange(client, allowed.allow(citizen, client))
        assert issued.patient == citizen.patient_ids[0]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"verifier": "w" * 64},
            {"verifier": ""},
            {"verifier": "v" * 42},
            {"redirect_uri": BACK + "/"},
            {"redirect_uri": ""},
            {"code": "c" * 43},
            {"code": ""},
            {"now": later(seconds=60)},
        ],
    )
    def test_a_code_is_good_for_who_began_at_their_address_for_a_minute(self, wrong):
        citizen, client = citizens.with_open_record(), allowed.app()
        code = allowed.allow(citizen, client)
        with pytest.raises(OAuthError, match="not valid"):
            allowed.exchange(client, wrong.pop("code", code), **wrong)
        assert not Token.objects.exists()

    def test_another_apps_code_is_none_and_stays_good_for_its_own(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        code = allowed.allow(citizen, client)
        with pytest.raises(OAuthError):
            allowed.exchange(allowed.app(), code)
        assert allowed.exchange(client, code)

    def test_a_code_shown_twice_ends_all_that_it_gave_and_the_person_is_told(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        code = allowed.allow(citizen, client)
        issued = allowed.exchange(client, code)
        with pytest.raises(OAuthError):
            allowed.exchange(client, code, now=later(minutes=9))
        assert not alive(client, issued)
        with pytest.raises(OAuthError):
            allowed.refresh(client, issued.refresh_token)
        assert how_ended(citizen) is Ended.REUSED
        assert Message.objects.filter(key__startswith="app-reused:").count() == 1

    def test_a_double_click_is_one_permission_and_its_last_code_counts(self):
        citizen, client, once = citizens.with_open_record(), allowed.app(), new_uuid()
        first, second = (allowed.allow(citizen, client, authorization_id=once) for _ in range(2))
        with pytest.raises(OAuthError):
            allowed.exchange(client, first)
        assert allowed.exchange(client, second)
        with pytest.raises(actions.AnsweredError):
            allowed.allow(citizen, client, authorization_id=once)
        assert len(clients.authorizations(citizen.account_id)) == 1
        assert [one.action for one in lines(citizen)] == ["allow-app"]
        assert Message.objects.filter(key__startswith="app-allowed:").count() == 1

    def test_nobody_without_a_linked_entry_allows_anything(self):
        client = allowed.app()
        with pytest.raises(actions.NothingToReadError):
            allowed.allow(citizens.consenting(), client)

    def test_an_app_for_an_hour_gets_no_refresh_token(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        issued = allowed.exchange(
            client, allowed.allow(citizen, client, asked="patient/Condition.rs")
        )
        assert issued.refresh_token == ""
        assert issued.scope == "patient/Condition.rs"


class TestRefreshing:
    def test_each_refresh_token_gives_the_next_and_is_void(self):
        _, client, issued = allowed.with_tokens()
        following = allowed.refresh(client, issued.refresh_token, now=later(hours=2))
        assert following.scope == issued.scope
        assert following.refresh_token != issued.refresh_token
        assert alive(client, following, later(hours=2))
        assert allowed.refresh(client, following.refresh_token, now=later(hours=3))

    def test_one_shown_twice_ends_the_family_and_the_person_is_told(self):
        citizen, client, issued = allowed.with_tokens()
        following = allowed.refresh(client, issued.refresh_token)
        with pytest.raises(OAuthError):
            allowed.refresh(client, issued.refresh_token)
        assert not alive(client, following)
        with pytest.raises(OAuthError):
            allowed.refresh(client, following.refresh_token)
        said = lines(citizen)[0]
        assert (said.action, said.ground, said.actor_role) == ("end-app", "app-reused", "system")
        assert Message.objects.filter(key__startswith="app-reused:").count() == 1

    def test_less_may_be_asked_for_and_more_is_refused_without_using_the_token_up(self):
        _, client, issued = allowed.with_tokens(scopes=["patient/*.rs", "offline_access"])
        for more in ("patient/*.cruds launch", "patient/Observation.cud", "a\tb", "openid"):
            with pytest.raises(OAuthError) as refused:
                allowed.refresh(client, issued.refresh_token, scope=more)
            assert refused.value.code == "invalid_scope"
        less = allowed.refresh(client, issued.refresh_token, scope="patient/Observation.r")
        assert less.scope == "patient/Observation.r"
        assert allowed.refresh(client, less.refresh_token).scope == issued.scope

    @pytest.mark.parametrize("word", ["", "x", "a" * 43, "é" * 43, "a" * 5000])
    def test_what_is_no_refresh_token_is_refused(self, word):
        _, client, issued = allowed.with_tokens()
        with pytest.raises(OAuthError):
            allowed.refresh(client, word)
        with pytest.raises(OAuthError):
            allowed.refresh(client, issued.access_token)
        assert alive(client, issued)

    def test_another_apps_refresh_token_is_none(self):
        _, client, issued = allowed.with_tokens()
        with pytest.raises(OAuthError):
            allowed.refresh(allowed.app(), issued.refresh_token)
        assert allowed.refresh(client, issued.refresh_token)

    def test_it_ends_after_thirty_days_unused_and_the_permission_after_ninety(self):
        _, client, issued = allowed.with_tokens()
        with pytest.raises(OAuthError):
            allowed.refresh(client, issued.refresh_token, now=later(days=30))
        word = issued.refresh_token
        for days in (29, 58, 87):
            word = allowed.refresh(client, word, now=later(days=days)).refresh_token
        last = allowed.refresh(client, word, now=later(days=89, hours=23, minutes=30))
        assert last.lasts == timedelta(minutes=30)
        with pytest.raises(OAuthError):
            allowed.refresh(client, last.refresh_token, now=later(days=90))


class TestEnding:
    def test_ended_on_the_page_every_token_is_dead_at_once_and_stays_so(self):
        citizen, client, issued = allowed.with_tokens()
        tablet = allowed.exchange(client, allowed.allow(citizen, client))
        given = {"client_id": client.id, "account_id": citizen.account_id, "origin": ORIGIN}
        assert end_app(**given, now=NOW)
        assert not end_app(**given, now=NOW)
        assert not alive(client, issued)
        assert not alive(client, tablet)
        for one in (issued, tablet):
            with pytest.raises(OAuthError):
                allowed.refresh(client, one.refresh_token)
        assert [one.ground for one in lines(citizen)] == ["app-person"] * 2 + ["own"] * 2

    def test_nobody_ends_anothers_app(self):
        _, client, issued = allowed.with_tokens()
        other = citizens.with_account(2)
        given = {"client_id": client.id, "account_id": other.account_id, "origin": ORIGIN}
        assert not end_app(**given, now=NOW)
        assert alive(client, issued)

    def test_a_new_password_ends_what_was_allowed_before(self):
        citizen, client, issued = allowed.with_tokens()
        accounts.change_password(
            account_id=citizen.account_id, password="новый-пароль-17", origin=ORIGIN, now=NOW
        )
        assert not alive(client, issued)
        assert how_ended(citizen) is Ended.SECURITY
        assert alive(client, allowed.exchange(client, allowed.allow(citizen, client)))

    def test_a_password_that_must_be_changed_ends_it_too(self):
        citizen, client, issued = allowed.with_tokens()
        accounts.ask_password_change(
            account_id=citizen.account_id, because=AskedBecause.TAKEOVER, origin=ORIGIN, now=NOW
        )
        assert not alive(client, issued)
        assert how_ended(citizen) is Ended.SECURITY

    def test_a_withdrawn_consent_ends_it_and_a_new_one_brings_nothing_back(self):
        citizen, client, issued = allowed.with_tokens()
        consents.withdraw(
            person_id=citizen.person_id,
            kind=Kind.PROCESSING,
            by=citizen.account_id,
            origin=ORIGIN,
            now=later(minutes=1),
        )
        assert not alive(client, issued)
        assert how_ended(citizen) is Ended.CONSENT
        citizens.sign(citizen, now=later(minutes=2))
        assert not alive(client, issued)
        assert lines(citizen)[0].ground == "app-consent"

    @pytest.mark.parametrize("change", [{"is_active": False}, {"password_change_asked": "leak"}])
    def test_an_account_that_may_nothing_is_read_by_no_app(self, change):
        citizen, client, issued = allowed.with_tokens()
        Account.objects.filter(pk=citizen.account_id).update(**change)
        assert not alive(client, issued)

    def test_a_disabled_app_reads_nothing_at_the_next_request(self):
        citizen, client, issued = allowed.with_tokens()
        by = actions.By(account_id=None, app="cli")
        actions.disable_client(client_id=client.id, by=by, now=NOW)
        assert not alive(client, issued)
        assert how_ended(citizen) is Ended.DISABLED

    def test_an_app_gives_its_own_tokens_back_and_no_others(self):
        citizen, client, issued = allowed.with_tokens()
        give = {"origin": ORIGIN, "now": NOW}
        for word in (issued.access_token, issued.refresh_token, "", "x" * 43):
            actions.revoke(client=allowed.app(), token=word, **give)
        assert alive(client, issued)
        actions.revoke(client=client, token=issued.access_token, **give)
        assert not alive(client, issued)
        following = allowed.refresh(client, issued.refresh_token)
        actions.revoke(client=client, token=following.refresh_token, **give)
        assert not alive(client, following)
        assert how_ended(citizen) is Ended.APP

    def test_the_eleventh_time_ends_the_first(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        for minute in range(11):
            allowed.allow(citizen, client, now=later(minutes=minute))
        found = clients.authorizations(citizen.account_id)
        assert [one.ended_how for one in found] == [None] * 10 + [Ended.CROWDED]

    def test_what_expired_ends_in_the_history_and_its_tokens_go(self):
        citizen, client, _ = allowed.with_tokens()
        allowed.allow(citizen, client, now=later(minutes=1))  # its code is never taken
        assert actions.end_expired(now=later(hours=20)) == 0
        assert actions.end_expired(now=later(days=2)) == 1
        assert actions.end_expired(now=later(days=91)) == 1
        assert {one.ended_how for one in clients.authorizations(citizen.account_id)} == {
            Ended.EXPIRED
        }
        actions.forget_expired(now=later(days=91))
        tables = (Token, Code, RefreshToken)
        assert not any(table.objects.exists() for table in tables)


class TestSystems:
    def test_a_system_gets_five_minutes_for_its_clinic(self):
        clinic_id = citizens.clinic()
        client = view(bearers.system(clinic_id, scopes=["system/Patient.crus"], now=NOW))
        issued = actions.issue_to_system(client=client, scope="system/*.cruds", now=NOW)
        assert (issued.scope, issued.refresh_token) == ("system/Patient.crus", "")
        assert issued.lasts <= timedelta(seconds=300)
        assert Token.objects.get().clinic_id == clinic_id

    @pytest.mark.parametrize(
        "scope", ["", "patient/*.rs", "system/Goal.rs", "system/*.rs user/*.r"]
    )
    def test_what_is_not_registered_is_refused(self, scope):
        client = view(bearers.system(citizens.clinic(), scopes=["system/Patient.crus"], now=NOW))
        with pytest.raises(OAuthError) as refused:
            actions.issue_to_system(client=client, scope=scope, now=NOW)
        assert refused.value.code == "invalid_scope"

    def test_an_app_is_no_system(self):
        with pytest.raises(OAuthError) as refused:
            actions.issue_to_system(client=allowed.app(), scope="system/*.rs", now=NOW)
        assert refused.value.code == "unauthorized_client"


class TestLaunches:
    def allow(self, citizen, client, word, **changes):
        given = {"launch": word, "session": "one", **changes}
        return allowed.allow(citizen, client, **given)

    def launch(self, citizen, client):
        return actions.launch_app(
            client_id=client.id, account_id=citizen.account_id, session="one", now=NOW
        )

    def test_a_launch_counts_once_in_its_session(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        word = self.launch(citizen, client)
        assert self.allow(citizen, client, word)
        with pytest.raises(actions.LaunchRefusedError):
            self.allow(citizen, client, word)

    @pytest.mark.parametrize(
        "changes", [{"session": "two"}, {"now": later(minutes=5)}, {"launch": "x" * 43}]
    )
    def test_in_another_session_too_late_or_invented_it_does_not(self, changes):
        citizen, client = citizens.with_open_record(), allowed.app()
        with pytest.raises(actions.LaunchRefusedError):
            self.allow(citizen, client, self.launch(citizen, client), **changes)
        assert clients.authorizations(citizen.account_id) == []

    def test_another_citizens_or_another_apps_launch_is_none(self):
        citizen, client = citizens.with_open_record(), allowed.app()
        other = citizens.with_open_record(2)
        with pytest.raises(actions.LaunchRefusedError):
            self.allow(citizen, client, self.launch(other, client))
        with pytest.raises(actions.LaunchRefusedError):
            self.allow(citizen, client, self.launch(citizen, allowed.app()))


def test_no_word_that_was_given_out_lies_in_a_table():
    _, _, issued = allowed.with_tokens()
    kept = repr(list(Token.objects.values()) + list(RefreshToken.objects.values()))
    assert issued.access_token not in kept
    assert issued.refresh_token not in kept
    assert VERIFIER not in kept
