"""Those who follow changes of records, as the settings name them."""

from django.conf import settings
from django.utils.module_loading import import_string

from medkarta.record.ports import RecordFollower


def followers() -> list[RecordFollower]:
    return [import_string(name)() for name in settings.RECORD_FOLLOWERS]
