"""Which module answers which address."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("medkarta.backoffice.urls")),
    path("", include("medkarta.portal.urls")),
]

# Words for what goes wrong; see medkarta.config.failures.
handler400 = "medkarta.config.failures.not_understood"
handler403 = "medkarta.config.failures.refused"
handler404 = "medkarta.config.failures.not_found"
handler500 = "medkarta.config.failures.failed"
