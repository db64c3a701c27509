"""What a person may have typed instead of a policy's sixteen digits, recognised and explained."""

import re

from django.utils.translation import gettext as _

from medkarta.foundation.enp import Enp, InvalidEnpError

_SEPARATORS = re.compile(r"[\s\u00a0\u202f.\-–—№]+")
_DIGITS = re.compile(r"[0-9]+")
_WHOLE = 16
_BLANK = 11
_TEMPORARY = 9


class PolicyNumberError(ValueError):
    """Not a number that we can look up; the message says what it seems to be and what to do."""


def read(text: str) -> Enp:
    """Read a number in any spacing. Raises `PolicyNumberError`."""
    digits = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(digits):
        raise PolicyNumberError(
            _("Номер полиса — только цифры. Введите 16 цифр, пробелы не мешают.")
        )
    try:
        return Enp.parse(digits)
    except InvalidEnpError as error:
        raise PolicyNumberError(_trouble(digits)) from error


def _trouble(digits: str) -> str:
    if len(digits) == _WHOLE:
        return _(
            "Контрольная цифра не сходится с остальными. Проверьте номер по полису: чаще всего "
            "перепутаны соседние цифры. Если всё верно, это может быть полис старого образца "
            "(до 2011 года), у него контрольной цифры нет. Новый номер подскажет страховая."
        )
    if len(digits) == _BLANK:
        return _(
            "Похоже на номер бланка: в нём 11 цифр, он напечатан на обороте карточки. "
            "Нужен номер полиса — 16 цифр на лицевой стороне."
        )
    if len(digits) == _TEMPORARY:
        return _(
            "Похоже на временное свидетельство: в его номере 9 цифр. Введите 16 цифр полиса — "
            "страховая выдаёт его взамен свидетельства."
        )
    return _("Введено цифр: %(count)s, а нужно 16. Проверьте номер по полису.") % {
        "count": len(digits)
    }
