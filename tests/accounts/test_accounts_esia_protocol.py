"""ESIA's dialect, spoken with the stand-in: what is sent, what is checked, what is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import esia_standin as esia
import jwt
import pytest

from medkarta.accounts.esia import openssl
from medkarta.accounts.esia.client import Returned, visitor_of
from medkarta.accounts.esia.errors import (
    OTHER,
    TROUBLES,
    EsiaRefusedError,
    EsiaSilentError,
    code_in,
    trouble,
)
from medkarta.accounts.esia.protocol import (
    authorization_address,
    new_question,
    sign_out_address,
    stamp,
)
from medkarta.accounts.esia.signing import client_secret
from medkarta.accounts.esia.tokens import (
    NotAPersonError,
    TokenRefusedError,
    UnconfirmedAccountError,
    subject_of,
)
from medkarta.demo.standins.esia import cms
from medkarta.demo.standins.server import Mood

needs_gost = pytest.mark.skipif(
    not openssl.has_gost(), reason="OpenSSL knows no GOST: apt-get install libengine-gost-openssl"
)


def now():
    return datetime.now(tz=UTC)


@pytest.fixture
def stand_in():
    with esia.running() as running:
        yield running


def asked(ours, oid, question=None, at=None):
    question = question or new_question()
    at = at or now()
    said = esia.walk(authorization_address(ours, question, at), oid)
    return question, said, at


def visit(ours, oid):
    question, said, at = asked(ours, oid)
    assert said["state"] == question.state
    returned = Returned(code=said["code"], verifier=question.verifier, asked_at=at)
    return visitor_of(ours, returned, now())


def changed(address, **changes):
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **changes}
    kept = {name: value for name, value in query.items() if value is not None}
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(kept)}"


class TestTheWay:
    def test_ends_with_the_person_whom_esia_vouches_for(self, stand_in):
        visitor = visit(stand_in.ours, esia.ANNA)
        assert visitor.issuer == stand_in.esia.issuer
        assert visitor.subject == str(esia.ANNA)
        assert (visitor.family, visitor.given, visitor.sex) == ("Вымыслова", "Анна", "female")
        assert visitor.birth_date.isoformat() == "1979-04-12"
        assert len(visitor.snils) == 11
        assert len(visitor.policy) == 16

    @needs_gost
    def test_goes_by_gost_too(self):
        with esia.running(gost=True) as running:
            assert visit(running.ours, esia.ANNA).subject == str(esia.ANNA)

    @needs_gost
    def test_a_gost_token_of_another_key_is_refused(self):
        with esia.running(gost=True) as running:
            false = esia.ours(
                running.server.origin,
                gost=True,
                provider_certificate=running.ours.certificate,
            )
            with pytest.raises(TokenRefusedError):
                visit(false, esia.ANNA)

    def test_a_code_is_taken_once(self, stand_in):
        question, said, at = asked(stand_in.ours, esia.ANNA)
        returned = Returned(code=said["code"], verifier=question.verifier, asked_at=at)
        visitor_of(stand_in.ours, returned, now())
        with pytest.raises(EsiaRefusedError) as refused:
            visitor_of(stand_in.ours, returned, now())
        assert refused.value.code == "007011"

    def test_a_code_is_of_no_use_without_its_verifier(self, stand_in):
        _, said, at = asked(stand_in.ours, esia.ANNA)
        returned = Returned(code=said["code"], verifier=new_question().verifier, asked_at=at)
        with pytest.raises(EsiaRefusedError) as refused:
            visitor_of(stand_in.ours, returned, now())
        assert refused.value.code == "007040"

    def test_what_is_sent_is_laid_out_as_esia_wants_it(self, stand_in):
        question = new_question()
        address = authorization_address(stand_in.ours, question, now())
        query = dict(parse_qsl(urlsplit(address).query))
        assert urlsplit(address).path == "/aas/oauth2/v2/ac"
        assert query["code_challenge_method"] == "S256"
        assert datetime.strptime(query["timestamp"], "%Y.%m.%d %H:%M:%S %z")
        assert "mobile" not in query["scope"]
        assert stamp(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026.01.02 03:04:05 +0000"
        assert sign_out_address(stand_in.ours, "http://testserver/").startswith(
            f"{stand_in.server.origin}/idp/ext/Logout?client_id=MEDKARTA&"
        )


class TestTheSecret:
    def test_is_a_signature_over_these_very_parts_with_nothing_between(self, stand_in):
        ours = stand_in.ours
        der = base64.urlsafe_b64decode(client_secret(ours.signer(), "a", "б"))
        for text, right in (("aб", True), ("a б", False), ("aб ", False)):
            assert cms.verify(der, text.encode(), certificate=ours.certificate, gost=False) is right

    def test_is_of_our_key_and_no_other(self, stand_in):
        der = stand_in.ours.signer().sign("a")
        other = stand_in.ours.provider_certificate
        assert not cms.verify(der, b"a", certificate=other, gost=False)
        assert not cms.verify(der[:-1], b"a", certificate=stand_in.ours.certificate, gost=False)

    def test_openssl_reads_it_the_same(self, stand_in, tmp_path):
        (tmp_path / "signature").write_bytes(stand_in.ours.signer().sign("текст"))
        (tmp_path / "text").write_bytes("текст".encode())
        openssl.run(
            *("cms", "-verify", "-binary", "-inform", "DER", "-noverify"),
            *("-in", str(tmp_path / "signature"), "-content", str(tmp_path / "text")),
        )


class TestWhatTheStandInRefuses:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"timestamp": "2020.01.01 00:00:00 +0000"}, "007015"),
            ({"scope": "openid everything"}, "007006"),
            ({"state": "7"}, "007003"),
            ({"code_challenge": None}, "007014"),
            ({"code_challenge_method": "plain"}, "007039"),
            ({"client_secret": "AAAA"}, "007053"),
            ({"client_certificate_hash": "00"}, "007002"),
        ],
    )
    def test_each_wrong_thing_by_its_code(self, stand_in, changes, code):
        address = authorization_address(stand_in.ours, new_question(), now())
        said = esia.walk(changed(address, **changes), esia.ANNA)
        assert code_in(said["error_description"]) == code

    @pytest.mark.parametrize(
        "changes", [{"redirect_uri": "http://evil.example/"}, {"client_id": "OTHER"}]
    )
    def test_a_foreign_address_is_sent_nothing(self, stand_in, changes):
        address = authorization_address(stand_in.ours, new_question(), now())
        _, page = esia.ask(changed(address, **changes))
        assert page.status == 400
        assert "Location" not in page.headers

    def test_a_clock_that_goes_wrong(self, stand_in):
        stand_in.clock.now = now() + timedelta(minutes=6)
        said = esia.walk(authorization_address(stand_in.ours, new_question(), now()), esia.ANNA)
        assert code_in(said["error_description"]) == "007015"

    def test_a_person_for_each_error(self, stand_in):
        failing = [one for one in stand_in.esia.people.values() if one.fails]
        for one in failing:
            _, said, _ = asked(stand_in.ours, one.oid)
            assert code_in(said["error_description"]) == one.fails
        assert {"007055", "007046", "007008"} <= {one.fails for one in failing}

    def test_data_without_the_persons_own_token(self, stand_in):
        for headers in ({}, {"Authorization": "Bearer x"}):
            path = f"/rs/prns/{esia.ANNA}"
            answer = esia.Neighbour(stand_in.server.origin).ask("GET", path, headers=headers)
            assert answer.status == 401


class TestTheToken:
    """B018, B101: the signature, the parties, the times, the kind of account."""

    def token(self, *, key=None, algorithm="RS256", **changes):
        moment = int(now().timestamp())
        about = {
            "urn:esia:sbj:oid": 7,
            "urn:esia:sbj:typ": "P",
            "urn:esia:sbj:is_tru": True,
            **changes.pop("about", {}),
        }
        claims = {
            "iss": "http://esia.example/",
            "aud": "MEDKARTA",
            "sub": 7,
            "nbf": moment,
            "iat": moment,
            "exp": moment + 60,
            "urn:esia:sbj": about,
        }
        claims = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        private = esia.keys().provider_key.read_bytes() if key is None else key
        return jwt.encode(claims, private, algorithm=algorithm)

    def subject(self, token, *, at=None, asked_at=None):
        at = at or now()
        ours = esia.ours("https://esia.example")
        return subject_of(token, ours=ours, asked_at=asked_at or at, now=at)

    def test_a_right_one_names_the_person(self):
        assert self.subject(self.token()) == "7"
        assert self.subject(self.token(aud=["MEDKARTA"])) == "7"

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "http://evil.example/"},
            {"iss": None},
            {"iss": "https://esia.example"},
            {"aud": "OTHER"},
            {"aud": ["MEDKARTA", "OTHER"]},
            {"aud": None},
            {"sub": 8},
            {"sub": "../7"},
            {"sub": True},
            {"sub": None},
            {"exp": None},
            {"exp": "tomorrow"},
            {"exp": 10**40},
            {"iat": None},
            {"nbf": None},
            {"urn:esia:sbj": None},
            {"urn:esia:sbj": "P"},
        ],
    )
    def test_a_wrong_claim_is_refused(self, changes):
        with pytest.raises(TokenRefusedError):
            self.subject(self.token(**changes))

    def test_a_company_and_an_unconfirmed_account_are_told_apart(self):
        with pytest.raises(NotAPersonError):
            self.subject(self.token(about={"urn:esia:sbj:typ": "E"}))
        for trusted in (False, None, "true", 1):
            with pytest.raises(UnconfirmedAccountError):
                self.subject(self.token(about={"urn:esia:sbj:is_tru": trusted}))

    def test_a_minute_of_leeway_and_no_second_more(self):
        moment = now().replace(microsecond=0)
        stamped = int(moment.timestamp())
        token = self.token(exp=stamped, iat=stamped - 30, nbf=stamped - 30)
        early = moment - timedelta(seconds=30)
        assert self.subject(token, at=moment + timedelta(seconds=59), asked_at=early) == "7"
        with pytest.raises(TokenRefusedError):
            self.subject(token, at=moment + timedelta(seconds=60), asked_at=early)
        with pytest.raises(TokenRefusedError):
            self.subject(self.token(nbf=stamped + 62, iat=stamped), at=moment)

    def test_one_from_before_the_question_is_a_replay(self):
        token = self.token(iat=int(now().timestamp()) - 120, exp=int(now().timestamp()) + 600)
        with pytest.raises(TokenRefusedError):
            self.subject(token)

    def test_no_other_algorithm_and_no_other_key(self):
        strangers = esia.keys().client_key.read_bytes()
        unsigned = jwt.encode({"sub": 7}, None, algorithm="none")
        header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256"}).encode()).decode()
        own = self.token().split(".")
        for token in (
            unsigned,
            self.token(key="s" * 32, algorithm="HS256"),
            self.token(key=strangers),
            self.token(algorithm="RS512"),
            ".".join([header.rstrip("="), *own[1:]]),
            ".".join([*own[:2], ""]),
            "no token",
            "",
        ):
            with pytest.raises(TokenRefusedError):
                self.subject(token)

    def test_an_unconfirmed_person_of_the_stand_in_is_refused(self, stand_in):
        with pytest.raises(UnconfirmedAccountError):
            visit(stand_in.ours, esia.UNCONFIRMED)
        with pytest.raises(NotAPersonError):
            visit(stand_in.ours, esia.COMPANY)


class TestMoods:
    @pytest.mark.parametrize("path", ["/aas/oauth2/v3/te", "/rs/prns/"])
    @pytest.mark.parametrize("mood", [Mood.DOWN, Mood.BROKEN, Mood.NONSENSE])
    def test_no_sensible_answer_is_silence(self, stand_in, mood, path):
        question, said, at = asked(stand_in.ours, esia.ANNA)
        stand_in.server.be(mood, path=path)
        returned = Returned(code=said["code"], verifier=question.verifier, asked_at=at)
        with pytest.raises(EsiaSilentError):
            visitor_of(stand_in.ours, returned, now())


class TestWords:
    def test_every_code_of_the_facts_has_its_own(self):
        for code in (
            *("007002", "007003", "007004", "007006", "007008", "007011", "007014", "007015"),
            *("007019", "007023", "007046", "007053", "007055", "007039", "007040", "036701"),
        ):
            assert trouble(code) is not OTHER
        assert trouble("999999") is OTHER
        assert trouble("") is OTHER
        for one in TROUBLES.values():
            assert str(one.heading)
            assert str(one.what_to_do)
