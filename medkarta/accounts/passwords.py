"""Which passwords are refused, and why: length and how hard one is to guess, nothing else."""

import re
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

from medkarta.accounts.common_words import spellings
from medkarta.accounts.models import Account, one_spelling

SHORTEST = 12
LONGEST = 256
# zxcvbn: 4 is «very unguessable», more than 10¹⁰ guesses; with 3 «Пароль2026!!!!» would go.
HARD_ENOUGH = 4
# zxcvbn's time grows with the square of the length and it refuses more than 72.
LOOKED_AT = 64
_OUR_WORDS = ("медкарта", "medkarta", "госуслуги", "gosuslugi", "zdorove")
_PARTS = re.compile(r"[^\W\d_]{3,}")


class LengthValidator:
    """Long enough to be a sentence, short enough to be a password."""

    def validate(self, password: str, user: Account | None = None) -> None:  # noqa: ARG002
        length = len(one_spelling(password))
        if length < SHORTEST:
            raise ValidationError(
                _("Слишком короткий пароль: нужно не меньше %(shortest)d знаков.")
                % {"shortest": SHORTEST},
                code="password_too_short",
            )
        if length > LONGEST:
            raise ValidationError(
                _("Слишком длинный пароль: не больше %(longest)d знаков.") % {"longest": LONGEST},
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return _(
            "Не меньше %(shortest)d знаков. Подойдёт фраза из нескольких слов, с пробелами."
        ) % {"shortest": SHORTEST}


class GuessableValidator:
    """Not made of common words, of one's own address, of rows of keys, of repetitions."""

    def validate(self, password: str, user: Account | None = None) -> None:
        # What everybody who attacks this account knows makes nothing harder: it is left out.
        left = _without(one_spelling(password).lower(), [*_OUR_WORDS, *_own_words(user)])
        known = _common_spellings()
        if not left or zxcvbn(left[:LOOKED_AT], user_inputs=known)["score"] < HARD_ENOUGH:
            raise ValidationError(
                _(
                    "Такой пароль легко подобрать: он состоит из частых слов, имён, дат, вашего "
                    "адреса или соседних клавиш. Возьмите фразу, которую знаете только вы."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Пароль не должен состоять из частых слов, имён, дат и вашего адреса.")


@cache
def _common_spellings() -> tuple[str, ...]:
    return tuple(spellings())


def _own_words(user: Account | None) -> list[str]:
    if user is None or not user.email:
        return []
    return _PARTS.findall(f"{user.email} {user.name}".lower())


def _without(password: str, words: list[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        password = password.replace(word, "")
    return password
