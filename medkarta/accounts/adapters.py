"""Where allauth asks us: mails, redirects, what a sign-in begins, when to ask again, QR codes."""

import io
import ipaddress
from datetime import timedelta
from typing import Any, ClassVar

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from medkarta.accounts import actions, letters, queries, signing_in
from medkarta.accounts.models import Account, AccountManager
from medkarta.accounts.passkeys import relying_party
from medkarta.accounts.rules import LANGUAGES, Ending, Role
from medkarta.accounts.secrets import seal, unseal
from medkarta.accounts.sessions import origin_of, present
from medkarta.foundation.ids import AccountId, new_uuid
from medkarta.notifications.actions import send

# Having just signed in, one sets up the second factor without typing the password once more.
JUST_NOW = timedelta(minutes=15)
_FACTOR_CHANGED = "mfa/email/"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up and sign-in."""

    # Which of the two it was stays unsaid: nobody learns here who has an account.
    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Почта или пароль не подошли. Проверьте раскладку клавиатуры и заглавные буквы."
        ),
        "too_many_login_attempts": _(
            "Слишком много неверных попыток подряд. Подождите несколько минут и начните снова. "
            "Код из прежнего письма больше не действует, придёт новый."
        ),
    }

    def clean_email(self, email: str) -> str:
        """One mailbox, one spelling."""
        return AccountManager.normalize_email(super().clean_email(email))

    def new_user(self, request: HttpRequest) -> Account:
        """Whoever signs up in a language is also written to in it."""
        user: Account = super().new_user(request)
        language = get_language()
        user.language = language if language in LANGUAGES else LANGUAGES[0]
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through notifications; what holds a code or a link is sealed, and not without end."""
        request = allauth_context.request
        values = {"request": request, "email": email, **context, **letters.links()}
        subject = render_to_string(f"{template_prefix}_subject.txt", values)
        body = render_to_string(f"{template_prefix}_message.txt", values, request)
        send_it = actions.send_secret_letter if letters.is_secret(template_prefix) else send
        try:
            send_it(
                key=f"{template_prefix}:{new_uuid()}",
                address=email,
                subject=" ".join(subject.split()),
                body=body.strip(),
                now=present(),
            )
        except actions.TooManyLettersError as stopped:
            raise ImmediateHttpResponse(letters.too_many(request, stopped.until)) from stopped

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401
        """Our own count in place of allauth's, which lies in the cache and locks owners out."""
        attempt = signing_in.attempt_of(
            request, email=credentials.get("email", ""), place=self.get_client_ip(request)
        )
        self._tried = actions.begin_try(attempt=attempt, now=present())
        if self._tried.stopped_until is not None:
            raise signing_in.stopped(self._tried.stopped_until)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401, ARG002
        actions.note_wrong_password(tried=self._tried, now=present())

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:  # noqa: ANN401
        """A right password begins the count of its lane anew."""
        account: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if account is not None:
            actions.clear_tries(tried=self._tried)
        return account

    def login(self, request: HttpRequest, user: Account) -> None:
        super().login(request, user)
        signing_in.begin(request, user)

    def logout(self, request: HttpRequest) -> None:
        super().logout(request)
        request.signed_out = True  # type: ignore[attr-defined]  # for the middleware's header

    @transaction.atomic
    def set_password(self, user: Account, password: str) -> None:
        """Changed, set or reset: one action for all, and what leant on the former one is over."""
        former = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
        request = allauth_context.request
        # Whoever is asked to change it because others may know it keeps none of them signed in.
        keeps = getattr(request, "keeps_others", False) and not user.password_change_asked
        if not keeps:
            # Sessions before the log, as whoever ends one: two that do it at once wait in no ring.
            signing_in.end_others(request, user, Ending.PASSWORD_CHANGED)
        actions.change_password(
            account_id=AccountId(user.pk),
            password=password,
            origin=origin_of(request),
            now=present(),
        )
        user.refresh_from_db()
        actions.forget_devices(account_id=AccountId(user.pk))
        actions.forget_tries(email=user.email)
        if keeps:
            actions.keep_sessions(account_id=AccountId(user.pk), held_by=former)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Allauth tells the owner of every change of a factor: then the other sessions end too."""
        if template_prefix.startswith(_FACTOR_CHANGED):
            signing_in.end_others(allauth_context.request, user, Ending.FACTOR_CHANGED)
        super().send_notification_mail(template_prefix, user, context=context, email=email)

    def is_safe_url(self, url: str | None) -> bool:
        """Where a sign-in may lead: a path of ours, and no address of any host, not ours either."""
        return (url or "").startswith("/") and url_has_allowed_host_and_scheme(
            url, allowed_hosts=None
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """First the second factor; then to the pages of one's role."""
        account = request.user
        if not isinstance(account, Account):
            return reverse("account_login")
        if not queries.has_second_factor(AccountId(account.pk)):
            return reverse("choose_factor")
        if account.role == Role.OPERATOR:
            return reverse("backoffice")
        return str(super().get_login_redirect_url(request))

    def post_login(
        self,
        request: HttpRequest,
        user: Account,
        *,
        signup: bool,
        **kwargs: Any,  # noqa: ANN401 - allauth has no types
    ) -> HttpResponse:
        """After a sign-up note the password: it was chosen in this very session a moment ago."""
        if signup:
            record_authentication(request, user, method="password")
        answer: HttpResponse = super().post_login(request, user, signup=signup, **kwargs)
        return answer

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """To the page of one's ways in, where it says that it was done."""
        return reverse("mfa_index")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ANN401
        """Before a factor changes, always; before the first one, not right after signing in."""
        request = self.request or allauth_context.request
        account = request.user
        if not isinstance(account, Account) or queries.has_second_factor(AccountId(account.pk)):
            return bool(super().is_reauthentication_required(app=app, **kwargs))
        records = get_authentication_records(request, account)
        latest = max((record["at"] for record in records), default=0.0)
        return present().timestamp() - latest > JUST_NOW.total_seconds()

    def get_client_ip(self, request: HttpRequest) -> str:
        """The peer as the server saw it, never a header; an IPv6 customer has a whole /64."""
        text = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a placeholder, not bound
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return "0.0.0.0"  # noqa: S104 - a placeholder, not bound
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False).network_address)
        return str(address)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """One-time codes and passkeys; secrets lie sealed in their table."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `NotSealedHereError`: a secret that lies there in clear opens to nobody."""
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """The QR code, drawn here: the secret goes to no other host."""
        drawn = io.BytesIO()
        code = segno.make(url, error="m")
        code.save(drawn, kind="svg", xmldecl=False, scale=4, border=4, light="#ffffff")
        return drawn.getvalue().decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        ours = relying_party()
        return {"id": str(ours.id), "name": ours.name}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, str | bytes]:
        """What the authenticator keeps: our id for the account, and the address to choose by."""
        return {"id": user.pk.bytes, "name": user.email, "display_name": user.email}

    def generate_authenticator_name(self, user: Account, type: str) -> str:  # noqa: A002 - allauth's
        """What a passkey is called until its owner names it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Ключ доступа %(number)d") % {"number": number}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last second factor of whoever's identity is confirmed."""
        return queries.may_remove_factor(AccountId(authenticator.user_id), authenticator.pk)
