"""Whose an export is, and that nothing of it outlives the right to it: B057, B069."""

import asyncio
from datetime import UTC, datetime

import pytest
from asgi_client import _request
from bearers import app, app_token, system, system_token
from django.utils import timezone
from exporting import asked, exported, id_of, path_of, work
from test_fhir_api_read import NOWHERE, meanwhile, newest_line

from medkarta.accounts.models import Account
from medkarta.audit import queries as audit
from medkarta.clients.models import Authorization, Client, Token
from medkarta.consents.models import Consent
from medkarta.consents.rules import Kind
from medkarta.exports import files
from medkarta.exports.actions.tending import tend_all
from medkarta.exports.models import Export, ExportFile
from medkarta.foundation.ids import encode_uuid
from medkarta.insurance.models import Policy
from medkarta.patients.models import Link

pytestmark = pytest.mark.django_db
OF_A_PERSON = ["consent", "policy", "link", "ended", "closed"]
OF_ANY = ["disabled", "unapproved", "revoked"]


def changed(how, world, client):
    """What ends a right: a row, and how it is then."""
    now = datetime.now(UTC)
    person_id = world.anna.person_id
    token = Token.objects.filter(client=client).order_by("issued_at").first()
    return {
        "consent": lambda: (
            Consent,
            Consent.objects.get(person_id=person_id, kind=Kind.PROCESSING.value).pk,
            {"withdrawn_at": now, "ended_as": "withdrawn"},
        ),
        "policy": lambda: (
            Policy,
            Policy.objects.get(person_id=person_id).pk,
            {"active_to": timezone.localdate().replace(year=2020)},
        ),
        "link": lambda: (
            Link,
            Link.objects.get(entry_id=world.anna_at_y.patient_id).pk,
            {"unlinked_at": now},
        ),
        "ended": lambda: (
            Authorization,
            token.authorization_id,
            {"ended_at": now, "ended_how": "person"},
        ),
        "closed": lambda: (Account, world.anna.account_id, {"is_active": False}),
        "disabled": lambda: (Client, client.pk, {"disabled_at": now}),
        "unapproved": lambda: (Client, client.pk, {"approved_at": None}),
        "revoked": lambda: (Token, token.pk, {"revoked_at": now}),
    }[how]()


def folder_of(path):
    return files.path_of(id_of(path), id_of(path)).parent


@pytest.fixture
def client():
    return app()


@pytest.fixture
def anna(world, client):
    return app_token(world.anna, client=client)


@pytest.fixture(scope="module")
def theirs(world, machine):
    client = app()
    token = app_token(world.anna, client=client)
    path, manifest = exported(machine, token)
    return client, [path, path_of(manifest["output"][0]["url"])], token


class TestAnothersExport:
    @pytest.mark.parametrize("who", ["app", "person", "system"])
    def test_is_as_one_that_never_was(self, world, machine, theirs, who):
        client, (path, file), owners = theirs
        token = {
            "app": lambda: app_token(world.anna),
            "person": lambda: app_token(world.boris, client=client),
            "system": lambda: system_token(world.x),
        }[who]()
        never = machine.get(f"$export/{encode_uuid(files.new_name())}", token)
        assert (never.status, never.words) == (404, NOWHERE)
        for heard in (
            machine.get(path, token),
            machine.call("DELETE", path, token),
            machine.get(file, token),
            machine.get(file, token, range="bytes=0-1"),
            machine.get("$export/1", token),
        ):
            assert (heard.status, heard.body) == (404, never.body)
        assert machine.get(path, owners).status == 200

    def test_of_another_system_of_the_same_clinic_too(self, world, machine):
        path, _ = exported(machine, system_token(world.x))
        assert machine.get(path, system_token(world.x)).status == 404

    def test_has_no_file_of_a_guessed_name(self, machine, theirs):
        _, (path, _), token = theirs
        for name in (encode_uuid(files.new_name()), "1", "..", "%2e%2e"):
            assert machine.get(f"{path}/{name}", token).status == 404

    def test_has_no_file_that_is_anothers_of_ones_own(self, world, machine, theirs):
        _, (_, file), _ = theirs
        token = app_token(world.anna)
        path, _ = exported(machine, token)
        assert machine.get(f"{path}/{file.split('/')[2]}", token).status == 404


class TestARightThatEnds:
    @pytest.mark.parametrize("how", [*OF_A_PERSON, *OF_ANY])
    def test_before_the_job_leaves_nothing_written(self, world, machine, anna, client, how):
        path = asked(machine, anna)
        model, pk, changes = changed(how, world, client)
        with meanwhile(model, pk, **changes):
            work(path)
        if how == "link":  # what is linked by then is written, and nothing else
            assert Export.objects.get(pk=id_of(path)).entries == [world.anna_at_x.patient_id]
            return
        assert Export.objects.get(pk=id_of(path)).ended_how == "rights"
        assert not folder_of(path).exists()
        assert machine.get(path, anna).status == 404

    @pytest.mark.parametrize("how", [*OF_A_PERSON, *OF_ANY])
    def test_before_the_download_leaves_nothing_there(self, world, machine, anna, client, how):
        path, manifest = exported(machine, anna)
        model, pk, changes = changed(how, world, client)
        with meanwhile(model, pk, **changes):
            heard = machine.get(path_of(manifest["output"][0]["url"]), anna)
            assert heard.status in {401, 404}
            assert world.anna_at_x.canary.encode() not in heard.body
            tend_all(now=datetime.now(UTC))
        assert not folder_of(path).exists()
        assert machine.get(path, anna).status == 404

    @pytest.mark.parametrize("how", OF_ANY)
    def test_of_a_system_too(self, world, machine, how):
        client = system(world.x)
        token = system_token(world.x, client=client)
        path, _ = exported(machine, token)
        later = system_token(world.x, client=client)
        assert machine.get(path, later).status == 200
        model, pk, changes = changed(how, world, client)
        with meanwhile(model, pk, **changes):
            tend_all(now=datetime.now(UTC))
        assert machine.get(path, later).status == 404
        assert not folder_of(path).exists()

    def test_by_its_tokens_time_alone_does_not_end_what_was_asked_for(self, world, machine):
        """A system's token lives five minutes, and its export may take longer."""
        client = system(world.x)
        path = asked(machine, system_token(world.x, client=client))
        Token.objects.filter(client=client).update(expires_at=datetime.now(UTC))
        work(path)
        assert machine.get(path, system_token(world.x, client=client)).status == 200

    def test_refused_by_a_gate_stands_in_the_log(self, world, machine, anna, client):
        path = asked(machine, anna)
        before = audit.count(world.anna.person_id)
        model, pk, changes = changed("consent", world, client)
        with meanwhile(model, pk, **changes):
            work(path)
        line = newest_line(world.anna.person_id)
        assert audit.count(world.anna.person_id) == before + 1
        assert (line.action, line.outcome, line.ground) == ("export-record", "refused", "consent")

    def test_of_a_token_that_opens_less_by_now_gives_no_file_of_another_type(
        self, world, machine, anna, client
    ):
        _, manifest = exported(machine, anna)
        less = app_token(world.anna, client=client, scopes=("patient/Condition.rs",))
        statuses = {
            one["type"]: machine.get(path_of(one["url"]), less).status for one in manifest["output"]
        }
        assert statuses == {"Condition": 200, "Observation": 404, "Patient": 404}

    def test_of_a_token_whose_query_leaves_less_by_now_gives_no_file_of_that_type(
        self, world, machine, client
    ):
        lab, dated = "patient/Observation.rs?category=laboratory", "&date=ge2024"
        wide = app_token(world.anna, client=client, scopes=(lab, "patient/Condition.rs"))
        _, manifest = exported(machine, wide)
        files = {one["type"]: path_of(one["url"]) for one in manifest["output"]}
        assert set(files) == {"Condition", "Observation"}
        for scope, status in ((lab, 200), (f"{lab},imaging", 200), (lab + dated, 404)):
            token = app_token(world.anna, client=client, scopes=(scope,))
            assert machine.get(files["Observation"], token).status == status, scope
            assert machine.get(files["Condition"], token).status == 404

    def test_in_the_middle_of_a_download_cuts_it_off(self, machine, anna, client):
        path, manifest = exported(machine, anna, "_type=Condition")
        file = path_of(manifest["output"][0]["url"])
        row = ExportFile.objects.get(export_id=id_of(path))
        line = b'{"resourceType":"Condition"}\n'
        size = len(line) * 400_000  # eleven megabytes
        files.path_of(row.export_id, row.pk).write_bytes(line * 400_000)
        ExportFile.objects.filter(pk=row.pk).update(size=size)
        token = Token.objects.get(client=client)
        came = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            came.append(message)
            if len(came) == 2:
                now = datetime.now(UTC)
                await asyncio.to_thread(_in_a_thread, token, now)

        scope, _ = _request("GET", file, anna, b"", {})
        machine._loop.run(machine.app(scope, receive, send))
        parts = came[1:]
        assert sum(len(one["body"]) for one in parts) < size
        assert all(one["more_body"] for one in parts)  # no end: the server cuts the connection
        assert not folder_of(path).exists()


def _in_a_thread(token, now):
    from django.db import connection

    Token.objects.filter(pk=token.pk).update(revoked_at=now)
    connection.close()
