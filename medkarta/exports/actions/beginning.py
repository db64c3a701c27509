"""Beginning an export."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from medkarta.access.grants import Everything
from medkarta.exports import files, queue
from medkarta.exports.actions.ending import end
from medkarta.exports.models import Export
from medkarta.exports.owners import Owner, Wished, owned_by
from medkarta.exports.rules import Ended, State
from medkarta.fhir.value_sets.keeping import as_kept


class BusyError(Exception):
    """The owner's export is being written; `export_id`: which, None where it is over by now."""

    def __init__(self, export_id: UUID | None) -> None:
        super().__init__("one export at a time")
        self.export_id = export_id


@transaction.atomic
def begin(*, owner: Owner, wished: Wished, now: datetime) -> UUID:
    """Write down what is wished, with its job; the new export's id. Raises `BusyError`.

    One owner has one export: the files of a former one go.
    """
    former = owned_by(owner)
    export = Export(
        id=files.new_name(),
        client_id=owner.client_id,
        person_id=owner.person_id,
        clinic_id=owner.clinic_id,
        digest=wished.digest,
        request=wished.request,
        types=None if isinstance(wished.types, Everything) else sorted(wished.types),
        since=wished.since,
        chosen=None if wished.chosen is None else sorted(wished.chosen),
        searches=list(wished.searches),
        value_sets=as_kept(wished.contents),
        elements=list(wished.elements),
        created_at=now,
        moved_at=now,
    )
    try:
        with transaction.atomic():
            export.save(force_insert=True)
    except IntegrityError:
        running = former.filter(state=State.RUNNING.value).values_list("id", flat=True)
        raise BusyError(running.first()) from None
    over = former.filter(state__in=[State.COMPLETE.value, State.FAILED.value])
    for export_id in over.values_list("id", flat=True):
        end(export_id=export_id, how=Ended.NEWER, now=now)
    queue.write_next(export.id)
    return export.id
