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
# zxcvbn: 3 is «safely unguessable», 10⁸ to 10¹⁰ guesses.
HARD_ENOUGH = 3
# zxcvbn's time grows with the square of the length and it refuses more than 72.
LOOKED_AT = 64
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
        known = [*_common_spellings(), "medkarta", "gosuslugi", "zdorove", *_own_words(user)]
        looked_at = one_spelling(password)[:LOOKED_AT].lower()
        if zxcvbn(looked_at, user_inputs=known)["score"] < HARD_ENOUGH:
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
    local = user.email.partition("@")[0]
    return [user.email, local, *_PARTS.findall(user.email), *_PARTS.findall(user.name.lower())]
