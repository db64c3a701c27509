"""What the application role may do: rows yes, tables no, and the log only ever longer."""

from typing import Final

import psycopg
from psycopg import sql

# Rows of these come to an end and stay: lines of the log and operators' decisions refer to them.
NEVER_DELETED: Final = (
    "client",
    "patient_link_candidate",
    "patient_snils_transfer",
    "representation_claim",
)
# Rows of these are added and never changed or deleted, not by a fault of ours either.
APPEND_ONLY: Final = (
    "account_identity_check",
    "audit_entry",
    "client_act",
    "client_subject",
    "consent_text",
    "record_destruction",
)
# Rows that are added and destroyed and never rewritten: a former version stays what it was, and an
# index row is made anew with its resource. Deleting is the destruction's and an update's.
NEVER_REWRITTEN: Final = (
    "bulk_export_file",
    "client_id",
    "client_signing_key",
    "clinic_identifier",
    "index_date",
    "index_quantity",
    "index_reference",
    "index_text",
    "index_token",
    "resource",
    "resource_part",
    "resource_version",
    "shared_resource",
    "shared_resource_version",
)
# Rows that are added and whose end alone is written: these columns and no others.
ENDS_ONLY: Final = {
    "client_authorization": ("ended_at", "ended_how", "last_used_at"),
    "consent": ("withdrawn_at", "withdrawn_by_id", "withdrawn_from", "ended_as"),
    "representation": ("ended_at", "ended_how"),
    "trust_offer": ("closed_at", "representation_id"),
}
# The application has no business with how the tables came about.
READ_ONLY: Final = ("django_migrations", "medkarta_schema")

_OWN_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_EVERYTHING: Final = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
)


def grant(connection: psycopg.Connection, *, role: str) -> None:
    """Set the application role's rights anew on everything that is there. Runs as the owner."""
    name = sql.Identifier(role)
    with connection.transaction():
        for statement in _EVERYTHING:
            connection.execute(sql.SQL(statement).format(role=name))
        there = {table for (table,) in connection.execute(_OWN_TABLES)}
        for table in there.intersection(APPEND_ONLY):
            _take(connection, "UPDATE, DELETE, TRUNCATE", table=table, role=role)
        for table in there.intersection(NEVER_DELETED):
            _take(connection, "DELETE, TRUNCATE", table=table, role=role)
        for table in there.intersection(NEVER_REWRITTEN):
            _take(connection, "UPDATE, TRUNCATE", table=table, role=role)
        for table in there.intersection(ENDS_ONLY):
            _take(connection, "UPDATE, DELETE, TRUNCATE", table=table, role=role)
            _allow_ends(connection, table=table, role=role)
        for table in there.intersection(READ_ONLY):
            _take(connection, "INSERT, UPDATE, DELETE, TRUNCATE", table=table, role=role)


def _take(connection: psycopg.Connection, rights: str, *, table: str, role: str) -> None:
    connection.execute(
        sql.SQL("REVOKE {rights} ON {table} FROM {role}").format(
            rights=sql.SQL(rights),
            table=sql.Identifier(table),
            role=sql.Identifier(role),
        )
    )


def _allow_ends(connection: psycopg.Connection, *, table: str, role: str) -> None:
    connection.execute(
        sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {role}").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, ENDS_ONLY[table])),
            table=sql.Identifier(table),
            role=sql.Identifier(role),
        )
    )
