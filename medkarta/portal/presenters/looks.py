"""Who looked lately, in one sentence."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from medkarta.audit.queries import Line
from medkarta.foundation.ids import AccountId


def recent(lines: Iterable[Line], reader: AccountId, *, since: datetime) -> str:
    """«За 30 дней карту открывали только вы» or how many times others did."""
    others = [
        one for one in lines if one.said.at >= since and one.said.actor_id not in (None, reader)
    ]
    if not others:
        return _("За 30 дней в карту и профиль заходили только вы.")
    return _("За 30 дней в карту или профиль, кроме вас, заходили другие: %(count)s.") % {
        "count": len(others)
    }
