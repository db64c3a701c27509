"""«Выйти быстро»: for whoever must not be seen here by the one who just came in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from medkarta.accounts.sessions import end_here


@require_POST
def quick_exit(request: HttpRequest) -> HttpResponse:
    """End the session, have the browser forget us, and leave for a page that is nobody's."""
    end_here(request)
    answer = redirect("blank")
    answer["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


@require_safe
def blank(request: HttpRequest) -> HttpResponse:
    """Without our name and mark; leaves for the operator's choice of a site where there is one."""
    return render(request, "portal/blank.html", {"elsewhere": settings.QUICK_EXIT_URL})
