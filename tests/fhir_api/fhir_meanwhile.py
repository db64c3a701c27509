"""What is otherwise for a while: rows that say who may, and words of Anna's about a clinic."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from medkarta.consents.models import Consent, SignedText
from medkarta.consents.rules import Audience, Kind
from medkarta.foundation.ids import new_uuid


@contextmanager
def meanwhile(model, pk, **changes):
    """The row is otherwise for a while."""
    before = model.objects.filter(pk=pk).values(*changes).get()
    model.objects.filter(pk=pk).update(**changes)
    try:
        yield
    finally:
        model.objects.filter(pk=pk).update(**before)


@contextmanager
def allowed(world, sections, *, kind=Kind.ACCESS):
    """Anna's word about clinic X as signing writes it: its row."""
    row = Consent.objects.get(person_id=world.anna.person_id, kind=Kind.PROCESSING.value)
    now = datetime.now(UTC)
    row.pk = new_uuid()
    row._state.adding = True
    row.kind, row.audience, row.organisation_id = kind.value, Audience.ONE.value, world.x
    row.sections, row.purpose = sections, "treatment"
    row.active_from, row.active_to = now - timedelta(minutes=1), now + timedelta(days=1)
    row.text_id = _text_of_version_one(row)
    row.save()
    try:
        yield row
    finally:
        row.delete()


def _text_of_version_one(row):
    """Another text than the processing's: its version is the present one of that kind."""
    digest = new_uuid().hex * 2
    SignedText.objects.create(sha256=digest, kind=row.kind, version="1", language="ru", body="…")
    return digest
