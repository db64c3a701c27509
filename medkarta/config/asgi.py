"""The application that the web server runs: made once, before the server forks its workers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")

from a2wsgi import WSGIMiddleware
from django.db.migrations.loader import MigrationLoader
from django.urls import get_resolver

from medkarta.config import environment, failures
from medkarta.config.postgres import connection
from medkarta.config.web.async_database import AsyncDatabase
from medkarta.config.web.dispatcher import Dispatcher, Sides
from medkarta.config.web.envelope import AsgiApp
from medkarta.config.web.health import Health
from medkarta.config.wsgi import application as pages
from medkarta.fhir_api.app import FhirApi

# Set by `medkarta run`, under which a missing worker is a fault and not a choice.
UNDER_RUN = "MEDKARTA_UNDER_RUN"


def _expected_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.graph.nodes)


def make(given: environment.Environment) -> AsgiApp:
    """The application for these settings; opens no connection."""
    _ = get_resolver().url_patterns  # read every page's module now and not at the first request
    database = AsyncDatabase(connection.of_role(given, owner=False))
    health = Health(
        database=database,
        expected_migrations=_expected_migrations,
        worker_required=bool(os.environ.get(UNDER_RUN)),
    )
    return Dispatcher(
        Sides(
            pages=WSGIMiddleware(pages, workers=given.web_threads),  # type: ignore[arg-type]
            fhir=FhirApi(base=f"{given.public_origin}/fhir", database=database),
            health=health,
            database=database,
            failure_page=failures.page_before_django,
            behind_proxy=given.unix_socket is not None,
            secure=given.secure,
        )
    )


application = make(environment.read())
