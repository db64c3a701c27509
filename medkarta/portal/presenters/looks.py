"""Who looked lately, in one sentence."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from medkarta.audit.queries import Glance
from medkarta.portal.presenters import journal
from medkarta.portal.presenters.counted import counted


def recent(lines: Iterable[Glance], reader: UUID, *, since: datetime) -> str:
    """«За 30 дней карту открывали только вы» or how many times others did."""
    others = [one for one in lines if one.at >= since and one.actor_id not in (None, reader)]
    if not others:
        return _("За 30 дней в карту и профиль заходили только вы.")
    who = ", ".join(dict.fromkeys(str(journal.role(one.actor_role)) for one in others))
    forms = _(
        "За 30 дней карту или профиль, кроме вас, открывали %(count)s раз: %(who)s."
        "|За 30 дней карту или профиль, кроме вас, открывали %(count)s раза: %(who)s."
        "|За 30 дней карту или профиль, кроме вас, открывали %(count)s раз: %(who)s."
    )
    return counted(len(others), forms.replace("%(who)s", who.replace("%", "%%")))
