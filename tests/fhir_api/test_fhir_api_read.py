"""FHIR read: to whom a resource is given, and that its line is in the log first."""

from datetime import UTC, datetime, timedelta

import pytest
from bearers import app, app_token, system_token
from django.utils import timezone
from fhir_meanwhile import allowed, meanwhile

from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.clients.models import Authorization, Client, Token
from medkarta.consents.rules import Kind
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid
from medkarta.insurance.models import Policy

pytestmark = pytest.mark.django_db
NOWHERE = "There is no such resource, or it is not open to you."


@pytest.fixture
def anna(world):
    return app_token(world.anna)


@pytest.fixture
def x(world):
    return system_token(world.x)


def newest_line(person_id):
    return audit.entries(person_id=PersonId(person_id), before=None, limit=1)[0].said


class TestAnApp:
    def test_reads_its_persons_resource_as_it_is_stored(self, world, machine, anna):
        heard = machine.get(f"Observation/{world.anna_at_y.observation}", anna)
        assert heard.status == 200
        assert heard.json["id"] == world.anna_at_y.observation
        assert b'"value": 140.0' in heard.body
        assert heard.headers["etag"] == 'W/"1"'
        assert heard.headers["cache-control"] == "no-store"

    def test_leaves_a_line_that_names_app_and_resource(self, world, machine, anna):
        name = f"Condition/{world.anna_at_x.condition}"
        machine.get(name, anna)
        line = newest_line(world.anna.person_id)
        assert line.resources == (name,)
        assert (line.app, line.purpose, line.ground) == ("Дневник вымышленный", "own", "own")
        assert line.outcome == "granted"
        assert set(line.patient_ids) == {world.anna_at_x.patient_id}

    def test_sees_of_anothers_what_it_sees_of_nothing(self, world, machine, anna):
        absent = encode_uuid(new_uuid())
        answers = [
            machine.get(path, anna)
            for path in (
                f"Observation/{world.boris_at_x.observation}",
                f"Observation/{world.stranger.observation}",
                f"Observation/{absent}-{absent}",
                f"Observation/{absent}",
                f"Condition/{world.anna_at_x.observation}",
                "Observation/1",
                f"Observation/{'x' * 64}",
            )
        ]
        assert {heard.status for heard in answers} == {404}
        assert len({heard.body for heard in answers}) == 1
        assert all("etag" not in heard.headers for heard in answers)

    def test_is_told_which_gate_of_its_person_is_closed(self, world, machine, anna):
        policy = Policy.objects.get(person_id=world.anna.person_id)
        with meanwhile(Policy, policy.pk, active_to=timezone.localdate() - timedelta(days=1)):
            heard = machine.get(f"Observation/{world.anna_at_x.observation}", anna)
        assert heard.status == 403
        assert "policy" in heard.words
        assert newest_line(world.anna.person_id).ground == "policy"
        assert world.anna_at_x.canary.encode() not in heard.body

    @pytest.mark.parametrize(
        "scopes", [("patient/Condition.rs",), ("patient/Observation.s",), ("launch/patient",)]
    )
    def test_is_refused_what_its_scopes_do_not_name(self, world, machine, scopes):
        token = app_token(world.anna, scopes=scopes)
        heard = machine.get(f"Observation/{world.anna_at_x.observation}", token)
        assert heard.status == 403
        assert "insufficient_scope" in heard.headers["www-authenticate"]

    def test_reads_only_what_a_narrow_scope_names(self, world, machine):
        """`patient/Observation.rs?category=…`: another category is not there."""
        system = "http://terminology.hl7.org/CodeSystem/observation-category"
        path = f"Observation/{world.anna_at_x.observation}"
        for query, status in (
            (f"category={system}|laboratory", 200),
            (f"category={system}|vital-signs", 404),
            ("category=vital-signs,laboratory&date=2025-03-04&status=final", 200),
            ("category=vital-signs,laboratory&date=gt2025-03-04&status=final", 404),
        ):
            token = app_token(world.anna, scopes=(f"patient/Observation.rs?{query}",))
            heard = [machine.get(one, token).status for one in (path, f"{path}/_history/1")]
            assert heard == [status, status], query


class TestATokenThatIsOver:
    """B059: dead at the next call."""

    @pytest.mark.parametrize(
        "how", ["revoked", "expired", "ended", "disabled", "closed", "unapproved"]
    )
    def test_opens_nothing_from_the_next_request_on(self, world, machine, how):
        client = app()
        token = app_token(world.anna, client=client)
        path = f"Observation/{world.anna_at_x.observation}"
        assert machine.get(path, token).status == 200
        row = Token.objects.get(client=client)
        now = datetime.now(UTC)
        model, pk, changes = {
            "revoked": (Token, row.pk, {"revoked_at": now}),
            "expired": (Token, row.pk, {"expires_at": now}),
            "ended": (
                Authorization,
                row.authorization_id,
                {"ended_at": now, "ended_how": "person"},
            ),
            "disabled": (Client, client.pk, {"disabled_at": now}),
            "unapproved": (Client, client.pk, {"approved_at": None}),
            "closed": (Account, world.anna.account_id, {"is_active": False}),
        }[how]
        with meanwhile(model, pk, **changes):
            heard = machine.get(path, token)
        assert heard.status == 401
        assert "invalid_token" in heard.headers["www-authenticate"]

    @pytest.mark.parametrize(
        "header", [None, "Bearer", "Bearer ", "Basic YTpi", "Bearer nobody's", "Bearer \xff\xfe"]
    )
    def test_or_never_was_one_is_asked_to_sign_in(self, world, machine, header):
        named = {} if header is None else {"authorization": header}
        heard = machine.get(f"Observation/{world.anna_at_x.observation}", **named)
        assert heard.status == 401
        assert heard.json["issue"][0]["code"] == "login"

    def test_in_the_address_counts_for_nothing(self, world, machine, anna):
        path = f"Observation/{world.anna_at_x.observation}?access_token={anna}"
        assert machine.get(path).status == 401


class TestASystem:
    def test_reads_what_its_clinic_keeps(self, world, machine, x):
        heard = machine.get(f"Observation/{world.boris_at_x.observation}", x)
        assert heard.status == 200
        line = newest_line(world.boris.person_id)
        assert (line.ground, line.organisation_name) == ("keeper", "Клиника X")
        assert line.actor_id is None

    def test_is_told_how_to_name_the_patient_and_asks_a_history_since_a_local_time(
        self, world, machine, x
    ):
        heard = machine.get("Observation/_history", x)
        assert (heard.status, "Observation/_history?patient=<id>" in heard.words) == (403, True)
        path = f"Observation/{world.boris_at_x.observation}/_history"
        assert machine.get(f"{path}?_since=1990-01-01T00:00:00+03:00", x).json["total"] == 1

    def test_reads_an_entry_that_is_nobodys_yet_and_its_line_stands_with_the_entry(
        self, world, machine, x
    ):
        heard = machine.get(f"Observation/{world.stranger.observation}", x)
        assert heard.status == 200
        assert newest_line(world.stranger.patient_id).resources == (
            f"Observation/{world.stranger.observation}",
        )

    def test_reads_nothing_of_another_clinics_without_consent_and_the_person_sees_it(
        self, world, machine, x
    ):
        heard = machine.get(f"Observation/{world.anna_at_y.observation}", x)
        assert (heard.status, heard.words) == (404, NOWHERE)
        line = newest_line(world.anna.person_id)
        assert (line.outcome, line.organisation_name) == ("refused", "Клиника X")

    def test_reads_of_another_clinics_the_sections_that_the_person_allowed(self, world, machine, x):
        """A consent of kind `access` for this clinic and for laboratory results."""
        with allowed(world, ["labs"]):
            labs = machine.get(f"Observation/{world.anna_at_y.observation}", x)
            diagnosis = machine.get(f"Condition/{world.anna_at_y.condition}", x)
        assert (labs.status, diagnosis.status) == (200, 404)

    def test_reads_nothing_that_a_denial_names(self, world, machine, x):
        with allowed(world, ["labs"]), allowed(world, ["labs"], kind=Kind.DENIAL):
            heard = machine.get(f"Observation/{world.anna_at_y.observation}", x)
        assert heard.status == 404


class TestASharedResource:
    def test_is_read_by_whoever_may_use_the_api_and_leaves_no_line(self, world, machine, anna):
        before = audit.count(world.anna.person_id)
        heard = machine.get(f"Organization/{world.organization}", anna)
        assert (heard.status, heard.json["name"]) == (200, "Клиника X")
        assert audit.count(world.anna.person_id) == before
        assert machine.get(f"Organization/{world.organization}").status == 401


class TestTheVersionThatOneHas:
    def test_is_not_sent_again(self, world, machine, anna):
        path = f"Observation/{world.anna_at_x.observation}"
        heard = machine.get(path, anna, if_none_match='W/"1"')
        assert (heard.status, heard.body) == (304, b"")
        heard = machine.get(path, anna, if_none_match='W/"2"')
        assert heard.status == 200
        modified = heard.headers["last-modified"]
        assert machine.get(path, anna, if_modified_since=modified).status == 304

    @pytest.mark.parametrize(
        "date",
        [
            *("nonsense", "Fri, 20 Nov 2020 12:00:00 GMT", "Fri, 20 Nov 2020 12:00:00 -0000"),
            *("Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 20 Nov 2020 12:00:00 +999999999999"),
        ],
    )
    def test_is_sent_again_where_it_is_older_or_no_date(self, world, machine, anna, date):
        path = f"Observation/{world.anna_at_x.observation}"
        assert machine.get(path, anna, if_modified_since=date).status == 200

    def test_of_anothers_is_told_nothing(self, world, machine, anna):
        path = f"Observation/{world.boris_at_x.observation}"
        assert machine.get(path, anna, if_none_match='W/"1"').status == 404


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        ["Nonsense/1", "nonsense", "Patient/1/2/3/4", "$nothing", "Patient/$nothing", "_history/x"],
    )
    def test_that_are_none_are_not_found(self, machine, anna, path):
        heard = machine.get(path, anna)
        assert (heard.status, heard.json["issue"][0]["code"]) == (404, "not-found")

    def test_take_only_their_methods(self, world, machine, anna):
        path = f"Observation/{world.anna_at_x.observation}"
        for method in ("TRACE", "OPTIONS", "PROPFIND"):
            heard = machine.call(method, path, anna, x_http_method_override="GET")
            assert heard.status == 405
            assert "GET" in heard.headers["allow"]

    def test_answer_head_as_get_without_its_body(self, world, machine, anna):
        heard = machine.call("HEAD", f"Observation/{world.anna_at_x.observation}", anna)
        assert (heard.status, heard.body) == (200, b"")
        assert int(heard.headers["content-length"]) > 0
