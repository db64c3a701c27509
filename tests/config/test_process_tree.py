"""`medkarta run` as people meet it: start, Ctrl-C, kill -9, start again."""

import os
import pwd
import signal
import stat
from pathlib import Path

import psycopg
import pytest
from running_service import Service, free_port, temporary_home, wait_until

from medkarta.config.home import KEY_NAMES, Home
from medkarta.config.postgres.connection import ADMIN, APP, OWNER, embedded
from medkarta.foundation.sealing import Sealer

OLD_ACCOUNT = "01940000-0000-7000-8000-000000000001"
LONGEST_STOP = 5.0
LONGEST_DEATH = 8.0


@pytest.fixture(scope="module")
def one_service():
    service = Service(temporary_home(), MEDKARTA_DEMO="no")
    try:
        yield service
    finally:
        service.clear()


@pytest.fixture
def service(one_service):
    """Running; started anew on the same home where a test before has ended it, as a person would.

    A start takes seconds, and most tests only look.
    """
    if one_service.process is None or one_service.process.poll() is not None:
        one_service.clear()
        one_service.start()
    return one_service


@pytest.fixture
def stopped(one_service):
    """Its home is there, and it does not run; whoever asks for it stands last here."""
    if one_service.process.poll() is None:
        one_service.interrupt()
    return one_service


def connect(service, role, **options):
    conninfo = embedded(Home(service.home), role).conninfo()
    return psycopg.connect(**{**conninfo, **options}, autocommit=True)


def test_run_prints_its_address_and_is_ready(service):
    assert f"http://localhost:{service.port}" in service.output()
    assert service.ready() == {
        "ready": True,
        "database": "answers",
        "migrations": "all applied",
        "worker": "alive",
    }


def test_ctrl_c_stops_everything_in_time_and_leaves_no_orphan(service):
    tree = service.processes()
    assert len(tree) > 6
    assert service.interrupt() <= LONGEST_STOP
    assert service.process.returncode == 0
    assert not service.serves()
    assert "Stopping" in service.output()


def test_a_closed_terminal_or_a_service_manager_stops_it_the_same_way(service):
    service.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not service.processes(), LONGEST_STOP)
    assert service.process.wait(1) == 0


VICTIMS = [
    "supervisor",
    "web",
    "one web process",
    "worker",
    "database",
    "one database connection",
    "database checkpointer",
]


@pytest.mark.parametrize("victim", VICTIMS)
def test_after_kill_9_nothing_keeps_serving_and_the_next_start_recovers(service, victim):
    with connect(service, OWNER) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (victim text)")
        owner.execute("INSERT INTO kept VALUES (%s)", [victim])
    os.kill(service.pid_of(victim), signal.SIGKILL)

    service.process.wait(LONGEST_DEATH)
    wait_until(lambda: not service.processes(), LONGEST_DEATH)
    assert not service.serves()
    if victim != "supervisor":
        assert "ended unexpectedly" in service.output()
        assert "medkarta run" in service.output()

    again = Service(service.home, port=service.port, MEDKARTA_DEMO="no")
    try:
        again.start()
        assert again.ready()["ready"]
        with connect(again, OWNER) as owner:
            kept = owner.execute("SELECT count(*) FROM kept WHERE victim = %s", [victim])
            assert kept.fetchone() == (1,)
            owner.execute("DROP TABLE kept")
        assert again.interrupt() <= LONGEST_STOP
    finally:
        again.clear()


def test_a_second_run_on_the_same_home_is_refused_in_words(service):
    second = service.call("run", PORT=str(free_port()))
    assert second.returncode == 75
    assert "already runs" in second.stderr
    assert "Traceback" not in second.stderr
    assert service.ready()["ready"]


def test_a_taken_port_is_refused_in_words(service):
    other = Service(temporary_home(), port=service.port)
    refused = other.call("run")
    assert refused.returncode == 78
    assert f"PORT {service.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_migrate_seals_a_secret_that_lies_in_clear(service):
    """As it lay there in an installation that had no sealing key yet."""
    clear = "JBSWY3DPEHPK3PXP"
    with connect(service, APP) as session:
        session.execute(
            "INSERT INTO account (password, password_change_asked, id, email, role, level, name,"
            " language, is_active, created_at) VALUES ('!', '', %s, 'old@example.test',"
            " 'citizen', 'simplified', '', 'ru', true, now())",
            [OLD_ACCOUNT],
        )
        session.execute(
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
            " VALUES (%s, 'totp', jsonb_build_object('secret', %s::text), now())",
            [OLD_ACCOUNT, clear],
        )
        assert service.call("migrate").returncode == 0
        (kept,) = session.execute(
            "SELECT data ->> 'secret' FROM mfa_authenticator WHERE user_id = %s", [OLD_ACCOUNT]
        ).fetchone()
        session.execute("DELETE FROM mfa_authenticator WHERE user_id = %s", [OLD_ACCOUNT])
        session.execute("DELETE FROM account WHERE id = %s", [OLD_ACCOUNT])
    sealer = Sealer(Home(service.home).read_keys().sealing_secrets)
    assert sealer.open(kept, about="mfa_authenticator") == clear


def test_a_command_beside_run_uses_the_same_database(service):
    done = service.call("migrate")
    assert done.returncode == 0, done.stderr
    assert "up to date" in done.stdout
    checked = service.call("check")
    assert checked.returncode == 0, checked.stdout
    assert "its tables are up to date" in checked.stdout


def test_data_and_keys_are_private(service):
    for path in (service.home, service.home / "keys", service.home / "data"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for name in KEY_NAMES:
        assert stat.S_IMODE((service.home / "keys" / name).stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it for another user")
def test_root_runs_nothing_as_root(service):
    service_user = pwd.getpwnam("medkarta").pw_uid
    tree = service.processes()
    assert tree
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in tree} == {service_user}


def test_the_database_listens_on_no_network_and_asks_everybody_for_a_password(service):
    with connect(service, ADMIN) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW data_checksums").fetchone() == ("on",)
        assert admin.execute("SHOW fsync").fetchone() == ("on",)
        methods = admin.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert methods == [("scram-sha-256",)]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(service, APP, password="guessed")


def test_the_application_role_works_with_rows_alone(service):
    refused = psycopg.errors.InsufficientPrivilege
    with connect(service, APP) as app:
        assert app.execute("SELECT count(*) FROM audit_entry").fetchone() == (0,)
        for statement in (
            "UPDATE audit_entry SET number = 2",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "DROP TABLE audit_entry",
            "UPDATE consent_text SET body = ''",
            "DELETE FROM consent_text",
            "UPDATE consent SET signer = ''",
            "UPDATE consent SET active_to = NULL",
            "DELETE FROM consent",
            "UPDATE record_destruction SET digest = ''",
            "DELETE FROM record_destruction",
            "UPDATE resource SET body = ''",
            "UPDATE resource_version SET body = ''",
            "UPDATE index_token SET code = ''",
            "UPDATE shared_resource_version SET body = ''",
            "UPDATE account_identity_check SET document_kind = ''",
            "DELETE FROM account_identity_check",
            "DELETE FROM representation",
            "DELETE FROM representation_claim",
            "DELETE FROM trust_offer",
            "CREATE TABLE own (id int)",
            "CREATE SCHEMA own",
            "CREATE TEMPORARY TABLE own (id int)",
            "ALTER TABLE account ADD COLUMN own int",
            "UPDATE medkarta_schema SET mark = ''",
            "SET ROLE medkarta_owner",
            "COPY account TO PROGRAM 'cat'",
        ):
            with pytest.raises(refused):
                app.execute(statement)
        for allowed in (
            "UPDATE consent SET withdrawn_at = now(), ended_as = 'withdrawn' WHERE false",
            "DELETE FROM resource_version WHERE false",
        ):
            app.execute(allowed)
        role = app.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert role.fetchone() == (False, False, False, False)
        owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        assert app.execute(owned).fetchone() == (0,)


def test_a_command_without_run_starts_the_database_for_itself(stopped):
    done = stopped.call("migrate")
    assert done.returncode == 0, done.stderr
    assert not stopped.processes()


def test_keys_that_others_can_read_stop_the_start(stopped):
    key = stopped.home / "keys" / "secret_key"
    key.chmod(0o644)
    try:
        refused = stopped.call("run")
        assert refused.returncode == 78
        assert "chmod 600" in refused.stderr
    finally:
        key.chmod(0o600)
