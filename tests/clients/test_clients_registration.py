"""Who registers a program, under which name, and where it may be answered."""

import citizens
import keys
import pytest
from citizens import NOW

from medkarta.clients import actions
from medkarta.clients import queries as clients
from medkarta.clients.rules.keys import KeysRefusedError, public_keys
from medkarta.clients.rules.kinds import Act, Kind
from medkarta.clients.rules.names import NameRefusedError, check_name
from medkarta.clients.rules.narrowing import ScopesRefusedError
from medkarta.clients.rules.registration import (
    AddressRefusedError,
    check_redirect_uri,
    check_web_address,
)

MACHINE = actions.By(account_id=None, app="cli")


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/back",
        "https://app.example:8443/back?from=medkarta",
        "http://127.0.0.1:3000/back",
        "http://[::1]:3000/back",
        "http://localhost/back",
        "https://xn--80ak6aa92e.xn--p1ai/back",
    ],
)
def test_https_or_the_machine_itself_may_be_answered(uri):
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://app.example/back",
        "myapp://back",
        "javascript:alert(1)",
        "https://app.example/back#part",
        "https://good.example@evil.example/back",
        "https://app.example/a/../back",
        "https://app.example/%2e%2e/back",
        "https://app.example/back%00",
        "https://app.example/back%2f",
        "https://APP.example/back",
        "https://app.example:/back",
        "https://app.example:99999/back",
        "https://app.example/*",
        "https://app.example\\@evil.example/",
        "https://app.example/б",
        "https://приложение.рф/back",
        "https://203.0.113.5/back",
        "https://[2001:db8::1]/back",
        "https://2130706433/back",
        "https://0x7f.1/back",
        "https://localhost/back",
        "https://app..example/back",
        "https://xn--pple-43d.example/back",
        "http://127.0.0.1.evil.example/back",
        "http://localhost.evil.example/back",
        "https://app.example/" + "a" * 500,
    ],
)
def test_no_other_address_may_be_answered(uri):
    with pytest.raises(AddressRefusedError):
        check_redirect_uri(uri)


@pytest.mark.parametrize("uri", ["http://127.0.0.1/jwks", "https://10.0.0.1/", "ftp://a.example/"])
def test_what_we_go_to_ourselves_is_https_and_a_name(uri):
    with pytest.raises(AddressRefusedError):
        check_web_address(uri)


@pytest.mark.parametrize("name", ["Дневник давления", "Dnevnik 2", "Аптечка+ «дома»", "Сахар & Ко"])
def test_a_plain_name_is_taken(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "а",
        "a" * 61,
        " Дневник",
        "Минздрав",
        "Mинздpaв России",
        "M и н з д р а в",
        "Министерство здоровья",
        "Госуслуги.Здоровье",
        "Г0суслуги",
        "Медкарта",
        "MEДKAPTA",
        "Meдкарта Pro",
        "Minzdrav app",
        "Ministry of Health",
        "Дневнuк",
        "Δневник",
        "Дневник\u202eкинвенД",
        "Дневник<b>",
        "Дневник\u0301",
        "Дневник\nразрешён",
    ],
)
def test_a_name_that_could_be_anothers_is_refused(name):
    with pytest.raises(NameRefusedError):
        check_name(name)


ONE = keys.EC.public("a")
SPOILT = {
    "nothing": [],
    "one id twice": [ONE, ONE],
    "a private key": [{**ONE, "d": "AQAB"}],
    "a shared key": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}],
    "no id": [{**ONE, "kid": ""}],
    "for another algorithm": [{**ONE, "alg": "ES256"}],
    "for encryption": [{**ONE, "use": "enc"}],
    "on a smaller curve": [{**ONE, "crv": "P-256"}],
    "a short RSA key": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}],
    "far too many": [{**ONE, "kid": str(number)} for number in range(21)],
    "no list": "keys",
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_set_without_a_public_key_of_use_is_refused(kind):
    assert public_keys({"keys": [ONE]})
    with pytest.raises(KeysRefusedError):
        public_keys({"keys": SPOILT[kind]})


def new_app(**changes):
    said = {
        "name": "Дневник вымышленный",
        "publisher": "ООО «Вымысел»",
        "kind": Kind.APP,
        "scope": "launch/patient patient/*.rs",
        "redirect_uris": ("https://app.example/back",),
    }
    return actions.NewClient(**{**said, **changes})


def new_system(**changes):
    said = {
        "name": "Система вымышленная",
        "publisher": "Поликлиника вымышленная",
        "kind": Kind.SYSTEM,
        "scope": "system/*.cruds",
        "clinic_id": citizens.clinic(),
        "jwks": {"keys": [keys.EC.public("a")]},
    }
    return actions.NewClient(**{**said, **changes})


@pytest.mark.django_db
class TestRegistering:
    def test_another_operator_lets_a_program_in_and_each_step_is_written_down(self):
        first, second = citizens.operator(), citizens.with_account(2).account_id
        by = actions.By(account_id=first, app="backoffice")
        made = actions.register_client(new=new_app(), by=by, now=NOW).client
        assert not made.stands
        with pytest.raises(actions.SecondOperatorNeededError):
            actions.approve_client(client_id=made.id, by=by, now=NOW)
        other = actions.By(account_id=second, app="backoffice")
        for _ in range(2):
            actions.approve_client(client_id=made.id, by=other, now=NOW)
        assert clients.client(made.id).stands
        for _ in range(2):
            actions.disable_client(client_id=made.id, by=by, now=NOW)
        assert not clients.client(made.id).stands
        assert [(one.act, one.by) for one in clients.acts_on(made.id)] == [
            (Act.REGISTER, first),
            (Act.APPROVE, second),
            (Act.DISABLE, first),
        ]

    def test_a_secret_is_said_once_and_not_kept(self):
        new = new_app(with_secret=True, dpop_bound=True)
        registered = actions.register_client(new=new, by=MACHINE, now=NOW)
        row = clients.client(registered.client.id)
        assert len(registered.secret) == 43
        assert (row.confidential, row.dpop_bound) == (True, True)
        assert registered.secret not in repr(row)

    def test_a_system_has_a_clinic_and_keys(self):
        made = actions.register_client(new=new_system(), by=MACHINE, now=NOW).client
        assert made.confidential
        assert made.stands

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"name": "Госуслуги"}, NameRefusedError),
            ({"publisher": "Минздрав"}, NameRefusedError),
            ({"redirect_uris": ()}, actions.NoWayInError),
            ({"redirect_uris": ("https://a.example/",) * 2}, AddressRefusedError),
            ({"redirect_uris": ("javascript:x",)}, AddressRefusedError),
            ({"launch_uri": "http://169.254.169.254/"}, AddressRefusedError),
            ({"jwks_uri": "https://10.0.0.1/"}, AddressRefusedError),
            ({"jwks": {"keys": []}}, KeysRefusedError),
            ({"scope": "system/*.cruds"}, ScopesRefusedError),
            ({"scope": "patient/*.rs system/*.rs"}, ScopesRefusedError),
            ({"scope": "launch"}, ScopesRefusedError),
            ({"scope": "patient/*.*"}, actions.AppsReadError),
            ({"scope": "patient/*.rs patient/Condition.write"}, actions.AppsReadError),
            ({"jwks_uri": "https://a.example/", "with_secret": True}, actions.NoWayInError),
            ({"dpop_bound": True}, actions.NoWayInError),
        ],
    )
    def test_what_is_wrong_with_an_app_is_said_and_nothing_is_kept(self, changes, error):
        with pytest.raises(error):
            actions.register_client(new=new_app(**changes), by=MACHINE, now=NOW)
        assert clients.clients() == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"clinic_id": None},
            {"jwks": None},
            {"jwks": None, "with_secret": True},
            {"redirect_uris": ("https://a.example/",)},
        ],
    )
    def test_a_system_that_could_not_prove_itself_is_refused(self, changes):
        with pytest.raises(actions.NoWayInError):
            actions.register_client(new=new_system(**changes), by=MACHINE, now=NOW)
