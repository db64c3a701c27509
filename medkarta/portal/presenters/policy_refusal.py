"""Why a policy was not linked, in words, and what to do about it.

What is said of a number that is not borne out depends on the number and on the person's own
profile alone: whether it is another's, or nobody's, reads the same.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.foundation.policies import PolicyKind, PolicyNumber
from medkarta.insurance import actions
from medkarta.insurance.rules import NamePart
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import Sex
from medkarta.portal.presenters import dates

Words = str | Promise
REFUSED: Final = (
    actions.PolicyNotConfirmedError,
    actions.PolicyEndedError,
    actions.DataDifferError,
    actions.TooManyAttemptsError,
)
_SEXES: Final = {Sex.MALE: "M", Sex.FEMALE: "F"}
PARTS: Final[dict[NamePart, Words]] = {
    NamePart.FAMILY: _("фамилия"),
    NamePart.GIVEN: _("имя"),
    NamePart.PATRONYMIC: _("отчество"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """What happened, and the steps that may mend it.

    `find`: the register may know a newer policy; `old`: the number may be one of the old style.
    """

    happened: Words
    steps: tuple[Words, ...]
    find: bool = False
    profile: bool = False
    old: bool = False


def of(error: Exception, *, number: PolicyNumber, person: PersonView | None) -> Refused:
    """One of `REFUSED` in words."""
    match error:
        case actions.PolicyEndedError():
            return ended(error)
        case actions.DataDifferError():
            return differs(error.fields)
        case actions.TooManyAttemptsError():
            return Refused(happened=_TOO_MANY, steps=(_("Уточните номер в страховой компании."),))
        case _:
            return not_confirmed(*_hints(number, person))


def ended(error: actions.PolicyEndedError) -> Refused:
    """The person's own, and over."""
    happened: Words = _("Этот полис больше не действует.")
    if error.active_to is not None:
        happened = str(_("Этот полис действовал до %(day)s и больше не действует.")) % {
            "day": dates.day(error.active_to)
        }
    steps = (
        _("Нажмите «Найти мой новый полис»: мы спросим реестр по вашим данным."),
        _("Нового полиса нет — оформите его в любой страховой компании, это бесплатно."),
    )
    return Refused(happened=happened, steps=steps, find=True)


def differs(fields: tuple[NamePart, ...]) -> Refused:
    """The person's own by СНИЛС and birth date; the register writes the name otherwise."""
    names = ", ".join(str(PARTS[one]) for one in fields)
    return Refused(
        happened=str(_("Полис ваш, но данные в реестре и в профиле отличаются: %(names)s."))
        % {"names": names},
        steps=(
            _("Сверьте профиль с паспортом. Если ошибка в профиле, исправьте её."),
            _(
                "В профиле всё верно — сообщите страховой компании, что данные изменились: "
                "она исправит их в реестре."
            ),
            _("Потом введите номер ещё раз."),
        ),
        profile=True,
    )


def not_confirmed(*hints: Words) -> Refused:
    """The generic refusal."""
    return Refused(
        happened=_("Реестр не подтвердил, что это ваш действующий полис."),
        steps=(
            *hints,
            _("Проверьте номер по полису, цифру за цифрой."),
            _(
                "Проверьте данные в профиле: фамилия, имя, отчество, дата рождения и СНИЛС "
                "должны совпадать с полисом."
            ),
            _("Номер мог смениться: нажмите «Найти мой новый полис»."),
            _("Не помогло — спросите в своей страховой, что записано в реестре."),
        ),
        find=True,
        profile=True,
        old=True,
    )


def not_found(error: Exception) -> Words:
    """The answer to «Найти мой новый полис»."""
    if isinstance(error, actions.TooManyAttemptsError):
        return _TOO_MANY
    return _(
        "Реестр не нашёл действующего полиса по вашим имени, дате рождения и СНИЛС. Проверьте "
        "данные в профиле или спросите в страховой компании."
    )


def _hints(number: PolicyNumber, person: PersonView | None) -> list[Words]:
    hints: list[Words] = []
    said = number.birth_date_and_sex()
    if said and person and said != (person.data.birth_date, _SEXES.get(person.data.sex)):
        hints.append(
            _(
                "Номер говорит о другой дате рождения или другом поле: проверьте, ваш ли это "
                "полис. Так бывает, если в руках полис родственника."
            )
        )
    if number.kind is PolicyKind.UNIFORM:
        hints.append(_("Полис выдан до 2011 года — отметьте, что он старого образца."))
    return hints


_TOO_MANY: Final = _(
    "За сутки было пять неудачных попыток, поэтому ввод номера остановлен. Попробуйте завтра."
)
