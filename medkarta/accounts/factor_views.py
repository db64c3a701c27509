"""allauth's pages for factors, each with what it lacks: one change at a time, and a line of it."""

from typing import Any

from allauth.core.internal.httpkit import authenticated_user
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from medkarta.accounts import actions, queries
from medkarta.accounts.forms import last_factor
from medkarta.accounts.sessions import origin_of, present
from medkarta.foundation.ids import AccountId


class _OneAtATime:
    """A change of factors waits for another one of the same account, and leaves a line."""

    request: HttpRequest
    act: str

    def form_valid(self, form: Form) -> HttpResponse:
        account_id = AccountId(authenticated_user(self.request).pk)
        with transaction.atomic():
            actions.hold_factors(account_id=account_id)
            gone = self.taken_away()
            if gone is not None and not queries.may_remove_factor(account_id, gone.pk):
                form.add_error(None, last_factor())
                refused: HttpResponse = self.form_invalid(form)  # type: ignore[attr-defined]
                return refused
            answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # allauth's view
            actions.note_factors(
                account_id=account_id, act=self.act, origin=origin_of(self.request), now=present()
            )
        return answer

    def taken_away(self) -> Authenticator | None:
        """The factor that goes, where one goes."""
        return None


class ActivateCodes(_OneAtATime, totp.ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    act = "add-codes"


class DeactivateCodes(_OneAtATime, totp.DeactivateTOTPView):  # type: ignore[misc]
    act = "remove-codes"

    def taken_away(self) -> Authenticator:
        factor: Authenticator = self.authenticator
        return factor


class AddPasskey(_OneAtATime, webauthn.AddWebAuthnView):  # type: ignore[misc]
    act = "add-passkey"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        # allauth hands nothing on, a refused form least of all.
        context = {**super().get_context_data(**kwargs), **kwargs}
        options = dict(context["js_data"]["creation_options"]["publicKey"])
        # Kept by the device where it can: then the passkey is a whole sign-in too.
        wish = {**options["authenticatorSelection"], "residentKey": "preferred"}
        options["authenticatorSelection"] = wish
        return {**context, "js_data": {"creation_options": {"publicKey": options}}}


class RemovePasskey(_OneAtATime, webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    act = "remove-passkey"

    def taken_away(self) -> Authenticator:
        factor: Authenticator = self.get_object()
        return factor


class RenewRecoveryCodes(_OneAtATime, recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    act = "renew-recovery-codes"


@method_decorator(never_cache, name="dispatch")
class ShowRecoveryCodes(recovery.ViewRecoveryCodesView):  # type: ignore[misc]
    """Whole at the first look, afterwards how many are left."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        with transaction.atomic():
            # Two first looks at once are one; and a code used meanwhile does not come back.
            kind = Authenticator.Type.RECOVERY_CODES
            rows = Authenticator.objects.select_for_update().filter(user=request.user, type=kind)
            if not list(rows):
                return redirect("mfa_index")
            answer: HttpResponseBase = super().get(request, *args, **kwargs)
        return answer


class ReauthenticateByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """The same, and a refused answer stays where it was given."""

    def form_invalid(self, form: Form) -> HttpResponse:
        for problem in form.errors.get("credential", []):
            messages.error(self.request, str(problem))
        return redirect(self.request.get_full_path())
