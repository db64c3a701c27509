"""Which module answers which address."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

# Words for what goes wrong; see medkarta.config.failures.
handler400 = "medkarta.config.failures.not_understood"
handler403 = "medkarta.config.failures.refused"
handler404 = "medkarta.config.failures.not_found"
handler500 = "medkarta.config.failures.failed"
