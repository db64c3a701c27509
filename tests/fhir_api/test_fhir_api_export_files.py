"""Files of an export: whole lines, private, fetched in parts, gone in time."""

import json
import stat
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from bearers import system_token
from django.conf import settings
from django.db import connection
from exporting import asked, exported, id_of, lines_of, path_of, work
from fhir_world import RECORDED
from procrastinate.contrib.django.models import ProcrastinateJob

from medkarta.exports import files
from medkarta.exports.actions import writing
from medkarta.exports.actions.tending import tend_all
from medkarta.exports.models import Export, ExportFile
from medkarta.exports.rules import FILES_LAST, MOST_ATTEMPTS, STALE
from medkarta.fhir_api.operations.byte_ranges import span_of
from medkarta.foundation.ids import new_uuid
from medkarta.record.actions.store import put
from medkarta.record.models import DestructionAct

pytestmark = pytest.mark.django_db


@pytest.fixture
def x(world):
    return system_token(world.x)


def file_of(machine, token, query="_type=Condition"):
    path, manifest = exported(machine, token, query)
    return path, path_of(manifest["output"][0]["url"])


class TestAFile:
    def test_has_a_line_for_each_resource_however_it_was_written(self, world, machine, x):
        text = json.dumps(
            {
                "resourceType": "Flag",
                "status": "active",
                "code": {"text": "строка\nи строка"},
                "subject": {"reference": f"Patient/{world.stranger.patient}"},
            },
            indent=1,
        ).replace("\n", "\r\n")
        put(owner=world.stranger.owner, resource_id=new_uuid(), text=text, now=RECORDED)
        _, manifest = exported(machine, x, "_type=Flag")
        (found,) = lines_of(machine, x, manifest)["Flag"]
        assert found["code"]["text"] == "строка\nи строка"

    def test_can_be_read_by_the_service_alone_and_has_a_name_that_nobody_guesses(self, machine, x):
        path, _ = file_of(machine, x)
        (row,) = ExportFile.objects.filter(export_id=id_of(path))
        there = files.path_of(row.export_id, row.pk)
        assert stat.S_IMODE(there.stat().st_mode) == 0o600
        assert stat.S_IMODE(there.parent.stat().st_mode) == 0o700
        assert there.is_relative_to(settings.HOME.path)
        assert len({files.new_name().version for _ in range(100)}) > 1  # all 128 bits are random

    def test_is_fetched_in_parts(self, machine, x):
        _, file = file_of(machine, x)
        whole = machine.get(file, x)
        assert whole.headers["accept-ranges"] == "bytes"
        tag = whole.headers["etag"]
        first = machine.get(file, x, range="bytes=0-9")
        rest = machine.get(file, x, range="bytes=10-", if_range=tag)
        assert (first.status, rest.status) == (206, 206)
        assert first.body + rest.body == whole.body
        assert first.headers["content-range"] == f"bytes 0-9/{len(whole.body)}"
        assert machine.get(file, x, range="bytes=10-", if_range='"another"').status == 200
        beyond = machine.get(file, x, range=f"bytes={len(whole.body)}-")
        assert beyond.status == 416
        assert beyond.headers["content-range"] == f"bytes */{len(whole.body)}"
        head = machine.call("HEAD", file, x)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.body))

    @pytest.mark.parametrize(
        ("asked_for", "got"),
        [
            ("", (0, 10, True)),
            ("bytes=0-0", (0, 1, False)),
            ("bytes=3-", (3, 10, False)),
            ("bytes=3-99", (3, 10, False)),
            ("bytes=-4", (6, 10, False)),
            ("bytes=-99", (0, 10, False)),
            ("bytes=-0", None),
            ("bytes=10-", None),
            ("bytes=5-3", (0, 10, True)),
            ("bytes=-", (0, 10, True)),
            ("bytes=0-1,3-4", (0, 10, True)),
            ("bytes=²-", (0, 10, True)),
            ("lines=1-2", (0, 10, True)),
            ("bytes=" + "9" * 1000 + "-", (0, 10, True)),
        ],
    )
    def test_gives_the_bytes_that_are_asked_for(self, asked_for, got):
        span = span_of(asked_for, "", tag='"a"', size=10)
        assert (span and (span.start, span.end, span.whole)) == got


class TestAnExportThatIsOver:
    def test_is_nowhere_once_its_owner_deleted_it(self, machine, x):
        path, file = file_of(machine, x)
        assert machine.call("DELETE", path, x).status == 202
        assert [machine.get(one, x).status for one in (path, file)] == [404, 404]
        assert machine.call("DELETE", path, x).status == 404
        assert not files.path_of(id_of(path), id_of(path)).parent.exists()

    def test_is_not_written_on(self, machine, x):
        path = asked(machine, x)
        assert machine.call("DELETE", path, x).status == 202
        assert work(path) == 0
        assert asked(machine, x)  # and the next one need not wait for it

    def test_by_its_term_is_nowhere_and_its_files_go(self, machine, x):
        path, file = file_of(machine, x)
        Export.objects.filter(pk=id_of(path)).update(expires_at=datetime.now(UTC))
        assert machine.get(file, x).status == 404
        path, _ = file_of(machine, x)
        tend_all(now=datetime.now(UTC) + FILES_LAST)
        assert not files.path_of(id_of(path), id_of(path)).parent.exists()

    def test_goes_when_a_record_in_it_is_destroyed(self, world, machine, x):
        _, file = file_of(machine, x)
        DestructionAct.objects.create(
            patient_id=world.stranger.patient_id,
            act_id=new_uuid(),
            person_id=new_uuid(),
            consent_id=new_uuid(),
            withdrawn_at=RECORDED,
            destroyed_at=datetime.now(UTC),
            clinic="Клиника X",
            kinds={},
            rows={},
            digest="",
            left=0,
        )
        try:
            assert machine.get(file, x).status == 404
        finally:
            connection.cursor().execute("DELETE FROM record_destruction")


@pytest.mark.usefixtures("small")
class TestSlices:
    @pytest.fixture
    def small(self, monkeypatch):
        monkeypatch.setattr(writing, "_MOST_ENTRIES", 1)
        monkeypatch.setattr(writing, "_AT_ONCE", 1)

    def test_together_are_all_of_it(self, machine, x):
        path = asked(machine, x)
        assert work(path) == 4  # three entries, and that there is no more
        found = lines_of(machine, x, machine.get(path, x).json)
        assert len({one["id"] for one in found["Patient"]}) == len(found["Patient"]) == 3

    def test_are_narrowed_each_like_the_first(self, world, machine, x):
        conditions = f"Condition%3F_id={world.anna_at_x.condition},{world.stranger.condition}"
        path = asked(machine, x, f"_elements=id&_type=Condition&_typeFilter={conditions}")
        assert work(path) == 4
        found = lines_of(machine, x, machine.get(path, x).json)["Condition"]
        assert {one["id"] for one in found} == {
            world.anna_at_x.condition,
            world.stranger.condition,
        }
        assert all("code" not in one for one in found)

    def test_tell_how_far_they_are_and_offer_nothing_yet(self, machine, x):
        path = asked(machine, x)
        writing.write_slice(export_id=id_of(path), now=datetime.now(UTC))
        heard = machine.get(path, x)
        assert (heard.status, heard.headers["x-progress"]) == (202, "1 of 3 records")
        (row, *_) = ExportFile.objects.filter(export_id=id_of(path))
        assert machine.get(f"{path}/{files.encode_uuid(row.pk)}", x).status == 404

    def test_of_an_export_that_was_deleted_meanwhile_are_not_taken(self, machine, x):
        """Two workers at one slice: one of them is too late."""
        path = asked(machine, x)
        export = Export.objects.get(pk=id_of(path))
        with files.written(export.pk) as late:
            writer = writing._Writer(export, late, datetime.now(UTC))
            progress = writer.write()
        writing.write_slice(export_id=export.pk, now=datetime.now(UTC))
        assert writing._take(export, writer, progress) is False
        work(path)
        assert len(lines_of(machine, x, machine.get(path, x).json)["Patient"]) == 3


class TestAWorkerThatIsKilled:
    SCRIPT = """
        import json, sys
        from datetime import UTC, datetime
        from pathlib import Path
        from uuid import UUID
        import django
        from django.conf import settings
        given = json.loads(sys.argv[1])
        settings.DATABASES["default"].update(given["database"])
        django.setup()
        from medkarta.config.home import Home
        settings.HOME = Home(Path(given["home"]))
        from medkarta.exports.actions import writing
        writing._AT_ONCE = 1
        writing.write_slice(export_id=UUID(given["export"]), now=datetime.now(UTC))
    """

    def test_leaves_nothing_half_and_the_slice_is_written_anew(self, world, machine, x):
        """By kill -9 while it waits for the log of the second of three entries."""
        path = asked(machine, x)
        folder = files.path_of(id_of(path), id_of(path)).parent
        target = {
            name: value
            for name, value in connection.get_connection_params().items()
            if name in {"host", "port", "dbname", "user", "password"}
        }
        entries = sorted(
            (held.patient_id, log_of)
            for held, log_of in (
                (world.anna_at_x, world.anna.person_id),
                (world.boris_at_x, world.boris.person_id),
                (world.stranger, world.stranger.patient_id),
            )
        )
        exported(machine, system_token(world.x))  # each has a log by now
        with psycopg.connect(**target) as holder:
            holder.execute(
                "SELECT FROM audit_head WHERE person_id = %s FOR UPDATE", [entries[1][1]]
            )
            given = {
                "database": {
                    name: settings.DATABASES["default"][name]
                    for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD", "OPTIONS")
                },
                "home": str(settings.HOME.path),
                "export": str(id_of(path)),
            }
            worker = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(self.SCRIPT), json.dumps(given)],
                env={"DJANGO_SETTINGS_MODULE": "medkarta.config.settings", "PATH": "/usr/bin"},
                cwd=settings.LOCALE_PATHS[0].parents[1],
            )
            until = time.monotonic() + 20
            while not folder.exists() and worker.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            assert worker.poll() is None
            worker.kill()
            worker.wait()
        half = set(folder.iterdir())
        assert half
        assert machine.get(path, x).status == 202
        assert not ExportFile.objects.filter(export_id=id_of(path)).exists()
        work(path)
        assert not half & set(folder.iterdir())
        assert len(lines_of(machine, x, machine.get(path, x).json)["Patient"]) == 3

    def test_is_noticed_and_after_some_attempts_the_export_is_given_up_in_words(self, machine, x):
        path = asked(machine, x)
        now = datetime.now(UTC)

        def waiting():
            return ProcrastinateJob.objects.filter(
                task_name="exports.write", args__export_id=str(id_of(path)), status="todo"
            )

        tend_all(now=now + STALE + timedelta(seconds=5))
        assert Export.objects.get(pk=id_of(path)).attempts == 0  # its turn has not come yet
        for attempt in range(1, MOST_ATTEMPTS + 1):
            connection.cursor().execute(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ANY(%s)",
                [list(waiting().values_list("id", flat=True))],
            )
            tend_all(now=now + attempt * (STALE + timedelta(seconds=5)))
            assert waiting().count() == 1
            assert machine.get(path, x).status == 202
        tend_all(now=now + (MOST_ATTEMPTS + 1) * (STALE + timedelta(seconds=5)))
        heard = machine.get(path, x)
        assert heard.status == 500
        assert "anew" in heard.words
        assert asked(machine, x)


class TestTheMinutelyJob:
    def test_deletes_what_is_nobodys(self, machine, x):
        path, _ = file_of(machine, x)
        stranger = files.path_of(new_uuid(), new_uuid())
        stranger.parent.mkdir(parents=True)
        stranger.write_text("left by nobody")
        tend_all(now=datetime.now(UTC))
        assert not stranger.parent.exists()
        assert machine.get(path, x).status == 200

    def test_forgets_what_was_over_long_ago(self, machine, x):
        path, _ = file_of(machine, x)
        machine.call("DELETE", path, x)
        tend_all(now=datetime.now(UTC) + timedelta(days=31))
        assert not Export.objects.filter(pk=id_of(path)).exists()
