"""What is closed to somebody who acts for another, in words: never more of the other than needed.

A trusted person is not told which of the other's gates is closed; a parent is, to open it.
"""

from django.utils.translation import gettext_lazy as _

from medkarta.access.grants import Gate
from medkarta.portal.presenters.gates import WORDS, GateWords

OVER = GateWords(
    task=_("Право действовать"),
    heading=_("Вы больше не можете действовать за этого человека"),
    why=_(
        "Право закончилось: вышел срок, его отозвали или изменились документы. Ничего из карты "
        "не показано. Когда и почему, видно на странице «Кто действует за меня и за кого я»."
    ),
    step="people",
    label=_("Посмотреть, что закончилось"),
)
_CLOSED = GateWords(
    task=_("Карта"),
    heading=_("Карта этого человека сейчас закрыта"),
    why=_("Открыть её может только он сам. Ваше право при этом действует."),
    step="people",
    label=_("За кого я действую"),
)
_CHILD = GateWords(
    task=_("Карта"),
    heading=_("Карта ребёнка пока закрыта"),
    why=_(
        "Чтобы её открыть, нужны полис ОМС ребёнка, согласие на обработку данных и привязка карт "
        "клиник. До 15 лет это делает законный представитель, потом сам ребёнок."
    ),
    step="link",
    label=_("Шаги к карте ребёнка"),
)
OWN_SAY = GateWords(
    task=_("Свой шаг"),
    heading=_("За этого человека вы здесь ничего не решаете"),
    why=_(
        "Полис, согласия и привязку карт ведёт сам человек, а за ребёнка до 15 лет — законный "
        "представитель. Чтобы сделать это для себя, вернитесь к своей карте."
    ),
    step="people",
    label=_("За кого я действую"),
)
_LEVEL = GateWords(
    task=_("Личность"),
    heading=_("Личность не подтверждена"),
    why=_("Подтвердить личность должны оба: и вы, и тот, за кого вы действуете."),
    step="profile",
    label=_("Проверить свои данные"),
)
_OTHERS = frozenset({Gate.POLICY, Gate.CONSENT, Gate.LINK})


def words(gate: Gate, *, legal: bool) -> GateWords:
    """The words for the first gate that is closed."""
    if gate in _OTHERS:
        return _CHILD if legal else _CLOSED
    return {Gate.RELATION: OVER, Gate.LEVEL: _LEVEL}.get(gate, WORDS[gate])
