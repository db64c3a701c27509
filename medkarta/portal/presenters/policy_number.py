"""What a person typed as a policy's number, and what to say where it is none."""

from django.utils.translation import gettext as _

from medkarta.foundation.policies import PolicyNumber, Trouble, UnreadablePolicyError


class PolicyNumberError(ValueError):
    """Not a number that we can look up; the message says what it seems to be and what to do."""


def read(text: str, *, old: bool = False) -> PolicyNumber:
    """Read a number of any kind in any spacing. Raises `PolicyNumberError`."""
    try:
        return PolicyNumber.read(text, old=old)
    except UnreadablePolicyError as error:
        raise PolicyNumberError(_words(error)) from error


def _words(error: UnreadablePolicyError) -> str:
    words = {
        Trouble.CONTROL: _(
            "Контрольная цифра не сходится: скорее всего, в одной из цифр ошибка. Проверьте номер "
            "по полису. Если всё верно, отметьте ниже «Это полис старого образца»."
        ),
        Trouble.BLANK: _(
            "Похоже на номер бланка: в нём 11 цифр. Нужен номер полиса — 16 цифр. На карточке он "
            "на лицевой стороне, на бумажном полисе — под штрихкодом."
        ),
        Trouble.LENGTH: _(
            "Введено цифр: %(count)s. В полисе их 16, во временном свидетельстве 9. Проверьте "
            "номер. Если полис старого образца, отметьте это ниже."
        ),
        Trouble.SIGNS: _(
            "В номере полиса только цифры, пробелы не мешают. Если полис старого образца и в нём "
            "есть буквы, отметьте это ниже."
        ),
        Trouble.OLD_FORM: _(
            "Не похоже на полис старого образца: сначала серия — до 12 букв и цифр, затем номер "
            "— от 4 до 16 цифр. Введите так: 46-01 № 123456."
        ),
    }
    return words[error.trouble] % {"count": error.count}
