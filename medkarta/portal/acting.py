"""Whose pages a session shows: one's own, or those of somebody for whom the account acts.

The session keeps the id of the right and nothing else. What it is worth is asked anew at every
request: here for the banner, in `access` for the data.
"""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from medkarta.access.grants import Section
from medkarta.accounts.sessions import two_factors
from medkarta.foundation.ids import AccountId
from medkarta.patients.queries import PersonView
from medkarta.patients.queries.representation import RepresentationView, own_representation
from medkarta.patients.rules.representation import Doing, Verdict
from medkarta.portal.presenters import people
from medkarta.portal.presenters.people import Banner
from medkarta.portal.presenters.sections import EVERY

_KEY = "acting_for"
# Pages that show the person acted for; every other page stays one's own and says so.
SWITCHED = frozenset(
    {
        "home",
        "card",
        "labs",
        "vitals",
        "analyte",
        "exams",
        "orders",
        "prescriptions",
        "vaccinations",
        "diagnoses",
        "visits",
        "hospital",
        "papers",
        "timeline",
        "item",
        "original",
        "log",
    }
)
# The way to an open record, and its consents: a legal representative goes it for a young child.
# Whoever acts for somebody and may not sign for them, sees these in their own record alone.
WAY = frozenset(
    {
        "link",
        "consent",
        "link_request",
        "link_done",
        "policy",
        "policy_find",
        "documents",
        "paper_choose",
        "paper_add",
        "paper_remove",
        "control",
        "consents",
        "consent_details",
        "consent_end",
        "consent_item",
        "consent_new",
        "consent_pdf",
        "withdraw",
    }
)
# These are about nobody.
_NOBODYS = frozenset({"demo", "help", "help_security", "language", "levels"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Acting:
    """The right that the session is under. `view` is None where it is no right of the account's."""

    representation_id: UUID
    view: RepresentationView | None
    verdict: Verdict

    @property
    def stands(self) -> bool:
        return self.view is not None and self.verdict is Verdict.YES

    def may(self, act: Doing) -> bool:
        """Whether this may be done for the person at this request."""
        return self.view is not None and self.view.may(act, timezone.now())

    @property
    def legal(self) -> bool:
        return self.view is not None and self.view.kind.legal

    def closed(self) -> list[Section]:
        """The sections of the record that the right does not open, in the order of the pages."""
        if self.view is None or self.view.all_sections:
            return []
        return [one for one in EVERY if one.value not in self.view.sections]


def begin(request: HttpRequest, account_id: AccountId, representation_id: UUID) -> bool:
    """Show the other person's pages from now on; False where the right is not there."""
    found = _acting(account_id, representation_id)
    if not found.stands:
        return False
    request.session[_KEY] = str(representation_id)
    return True


def stop(request: HttpRequest) -> None:
    """Show one's own pages again."""
    request.session.pop(_KEY, None)


def current(request: HttpRequest) -> Acting | None:
    """The right that this request is under; None: one's own. Asked once a request."""
    if not request.user.is_authenticated or _KEY not in request.session:
        return None
    found: Acting | None = getattr(request, "_medkarta_acting", None)
    if found is None:
        representation_id = UUID(request.session[_KEY])
        found = _acting(AccountId(request.user.pk), representation_id)
        request._medkarta_acting = found  # type: ignore[attr-defined]  # noqa: SLF001  # as long as the request
    return found


def signs_for(request: HttpRequest) -> PersonView | None:
    """The child for whom the session may sign now; None: nobody but oneself, or nobody at all."""
    acting = current(request)
    if acting is None or acting.view is None or not acting.may(Doing.SIGN):
        return None
    return acting.view.principal


def banner(request: HttpRequest) -> dict[str, Banner | None]:
    """Context of every page: whom the session acts for, in words. No name before two factors."""
    if not hasattr(request, "user") or not hasattr(request, "session"):
        return {"acting": None}
    found = current(request)
    if found is None:
        return {"acting": None}
    named = found.view if two_factors(request) else None
    name = request.resolver_match.url_name if request.resolver_match else None
    own = name not in SWITCHED and name not in _NOBODYS and name not in WAY
    now = timezone.now()
    return {
        "acting": people.banner(
            named, stands=found.stands, closed=found.closed(), own_page=own, now=now
        )
    }


def _acting(account_id: AccountId, representation_id: UUID) -> Acting:
    view = own_representation(representation_id, account_id)
    if view is None or view.representative.account_id != account_id:
        return Acting(representation_id=representation_id, view=None, verdict=Verdict.ENDED)
    return Acting(
        representation_id=representation_id, view=view, verdict=view.standing(timezone.now())
    )
