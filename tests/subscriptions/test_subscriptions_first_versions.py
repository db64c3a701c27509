"""Subscriptions that were made before there were versions."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from bearers import app
from django.db import connection

from medkarta.foundation.ids import new_uuid
from medkarta.subscriptions.models import Said, Subscription, SubscriptionVersion

pytestmark = pytest.mark.django_db
MIGRATION = import_module("medkarta.subscriptions.migrations.0002_versions")


def test_have_what_they_say_as_their_first_version():
    row = Subscription.objects.create(
        id=new_uuid(),
        client=app(),
        standing=new_uuid(),
        scopes=["patient/*.rs"],
        resource_type="Observation",
        query="code=718-7",
        endpoint="https://app.example/hook",
        reason="новые анализы",
        state="error",
        error="The endpoint answered 503.",
        ends_at=datetime(2099, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.FIRST)
    version = SubscriptionVersion.objects.get(subscription=row)
    names = [field.name for field in Said._meta.fields]
    assert version.version == 1
    assert [getattr(version, one) for one in names] == [getattr(row, one) for one in names]
