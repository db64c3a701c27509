"""A browser in words."""

from django.utils.translation import gettext as _


def browser_words(browser: str, system: str) -> str:
    """«Chrome на Windows»; what does not say what it is, is unknown."""
    if browser and system:
        return _("%(browser)s на %(system)s") % {"browser": browser, "system": system}
    return browser or _("Неизвестный браузер")
