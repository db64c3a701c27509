"""Which module answers which address."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from medkarta.accounts import factor_views as factors

# In place of allauth's own at the same addresses, so they stand before them.
_FACTORS = [
    path("totp/activate/", factors.ActivateCodes.as_view(), name="mfa_activate_totp"),
    path("totp/deactivate/", factors.DeactivateCodes.as_view(), name="mfa_deactivate_totp"),
    path("webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("webauthn/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "webauthn/keys/<int:pk>/remove/",
        factors.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "webauthn/reauthenticate/",
        factors.ReauthenticateByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("recovery-codes/", factors.ShowRecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/generate/",
        factors.RenewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include(_FACTORS)),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("medkarta.backoffice.urls")),
    path("", include("medkarta.oauth.urls")),
    path("", include("medkarta.portal.urls")),
]

# Words for what goes wrong; see medkarta.config.failures.
handler400 = "medkarta.config.failures.not_understood"
handler403 = "medkarta.config.failures.refused"
handler404 = "medkarta.config.failures.not_found"
handler500 = "medkarta.config.failures.failed"
