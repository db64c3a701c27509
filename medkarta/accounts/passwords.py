"""Which passwords are refused, and why: length and how hard one is to guess, nothing else."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.accounts.guessing import HARD_ENOUGH, Reason, judge
from medkarta.accounts.models import Account, one_spelling
from medkarta.accounts.ports import holders
from medkarta.accounts.rules import LONGEST_PASSWORD, LONGEST_TYPED, SHORTEST_PASSWORD
from medkarta.foundation.ids import AccountId

_PARTS = re.compile(r"[^\W\d_]{3,}|\d{4,}")
_REASONS: dict[Reason, Promise] = {
    Reason.COMMON: gettext_lazy(
        "Такой пароль подбирают в первую очередь: это частое слово или пароль из утечек. "
        "Цифры в конце не помогают."
    ),
    Reason.OWN: gettext_lazy(
        "В пароле ваше имя, адрес, дата или номер документа. Их знают другие: без них он слишком "
        "простой."
    ),
    Reason.SERVICE: gettext_lazy(
        "В пароле название сервиса. Его подставляют первым: без него пароль слишком простой."
    ),
    Reason.ROWS: gettext_lazy("Пароль из соседних клавиш или знаков по порядку легко подобрать."),
    Reason.REPEATED: gettext_lazy("Пароль повторяет одно и то же, поэтому его легко подобрать."),
    Reason.DATES: gettext_lazy("Пароль состоит из даты, поэтому его легко подобрать."),
    Reason.SIMPLE: gettext_lazy("Такой пароль легко подобрать: он слишком простой."),
}
_STEPS: tuple[Promise, ...] = (
    gettext_lazy("Очень слабый пароль."),
    gettext_lazy("Слабый пароль."),
    gettext_lazy("Пароль ещё слабый."),
    gettext_lazy("Пароль почти надёжный."),
    gettext_lazy("Надёжный пароль."),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Strength:
    """What a person is told while typing: a step from 0 to 4, and words that need no colour."""

    step: int
    words: str


class LengthValidator:
    """Long enough to be a sentence, short enough to be a password."""

    def validate(self, password: str, user: Account | None = None) -> None:  # noqa: ARG002
        # A megabyte is refused by its length alone, before anything reads it.
        length = len(password) if len(password) > LONGEST_TYPED else len(one_spelling(password))
        if length < SHORTEST_PASSWORD:
            raise ValidationError(_too_short(), code="password_too_short")
        if length > LONGEST_PASSWORD:
            raise ValidationError(too_long(), code="password_too_long")
        if "\x00" in password:
            raise ValidationError(
                _("В пароле есть знак, которого нет на клавиатуре. Наберите пароль заново."),
                code="password_nul",
            )

    def get_help_text(self) -> str:
        return _(
            "Не меньше %(shortest)d знаков. Подойдёт фраза из нескольких слов, с пробелами."
        ) % {"shortest": SHORTEST_PASSWORD}


class GuessableValidator:
    """Not made of common words, of what is known of the owner, of rows of keys, of repetitions."""

    def validate(self, password: str, user: Account | None = None) -> None:
        if len(password) > LONGEST_TYPED:
            return
        found = judge(one_spelling(password), own_words(user))
        if found.reason:
            raise ValidationError(
                " ".join([str(_REASONS[found.reason]), _advice()]),
                code=f"password_{found.reason.value}",
            )

    def get_help_text(self) -> str:
        return _("Пароль не должен состоять из частых слов, имён, дат и вашего адреса.")


def strength(password: str, *, account: Account | None, email: str = "") -> Strength:
    """The same rules as on saving, as a step and a sentence; `email` for who has no account yet."""
    user = account or Account(email=email)
    if len(password) > LONGEST_TYPED or len(one_spelling(password)) > LONGEST_PASSWORD:
        return Strength(step=0, words=too_long())
    composed = one_spelling(password)
    found = judge(composed, own_words(user))
    if found.reason and found.step < HARD_ENOUGH - 1:
        words = f"{_STEPS[found.step]} {_REASONS[found.reason]}"
    elif found.reason:
        words = f"{_STEPS[found.step]} {_advice()}"
    else:
        words = str(_STEPS[found.step])
    if len(composed) < SHORTEST_PASSWORD:
        step = min(found.step, HARD_ENOUGH - 2)
        missing = SHORTEST_PASSWORD - len(composed)
        more = _("Знаков не хватает: ещё %(missing)d.") % {"missing": missing}
        return Strength(step=step, words=f"{_STEPS[step]} {more}")
    return Strength(step=found.step, words=words)


def own_words(user: Account | None) -> list[str]:
    """The owner's address and name, and what `patients` knows of the person."""
    if user is None or not user.email:
        return []
    words = _PARTS.findall(f"{user.email} {user.name}".lower())
    # An account that is just being made has no person yet.
    return words if user._state.adding else [*words, *holders().words_of(AccountId(user.pk))]  # noqa: SLF001


def too_long() -> str:
    """What is said of a password over the limit, wherever it is typed."""
    return _("Слишком длинный пароль: не больше %(longest)d знаков.") % {
        "longest": LONGEST_PASSWORD
    }


def _too_short() -> str:
    return _("Слишком короткий пароль: нужно не меньше %(shortest)d знаков.") % {
        "shortest": SHORTEST_PASSWORD
    }


def _advice() -> str:
    return _("Возьмите фразу из нескольких слов, которую знаете только вы.")
