"""What a browser sees at the stand-in. Plainly not the state's page, and in nobody's colours."""

from collections.abc import Iterable
from html import escape

from medkarta.demo.standins.esia.people import EsiaPerson

_SCOPES = {
    "openid": "номер учётной записи",
    "fullname": "фамилия, имя, отчество",
    "birthdate": "дата рождения",
    "gender": "пол",
    "snils": "СНИЛС",
    "medical_doc": "полис ОМС",
    "mobile": "номер телефона",
    "email": "электронная почта",
}
_STYLE = """
body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1rem;color:#222}
.mark{border:3px dashed #8a5a00;background:#fff6df;padding:.75rem 1rem}
button{font:inherit;padding:.6rem 1rem;min-height:2.75rem;width:100%;text-align:left;margin:.2rem 0}
small{display:block;color:#555}
"""
_PAGE = """<!doctype html><html lang="ru"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>
<link rel="icon" href="data:,"><style>{style}</style></head><body><main>
<p class="mark"><strong>Учебный стенд.</strong> Это не Госуслуги и не ЕСИА. Люди вымышлены,
паролей здесь нет, настоящих данных не вводите.</p>
<h1>{title}</h1>{body}</main></body></html>"""


def page(title: str, body: str) -> bytes:
    """A whole page."""
    return _PAGE.format(title=escape(title), style=_STYLE, body=body).encode()


def sign_in(key: str, people: Iterable[EsiaPerson]) -> bytes:
    """Ask who it is."""
    buttons = "".join(
        f'<button name="oid" value="{one.oid}">{escape(one.name)}'
        f"<small>{escape(one.note or 'подтверждённая учётная запись')}</small></button>"
        for one in people
    )
    form = (
        f'<form method="post" action="/_sign-in"><input type="hidden" name="ask" value="{key}">'
        f"{buttons}</form>"
    )
    return page("Кем войти на учебный стенд", form)


def consent(key: str, person: EsiaPerson, scopes: Iterable[str]) -> bytes:
    """Ask whether Medkarta may have these data."""
    items = "".join(f"<li>{escape(_SCOPES.get(one, one))}</li>" for one in scopes)
    form = (
        f"<p>{escape(person.name)}, Медкарта просит ваши данные:</p><ul>{items}</ul>"
        f'<form method="post" action="/_consent"><input type="hidden" name="ask" value="{key}">'
        f'<input type="hidden" name="oid" value="{person.oid}">'
        '<button name="answer" value="yes">Разрешить</button>'
        '<button name="answer" value="no">Отказать</button></form>'
    )
    return page("Разрешить передать данные", form)


def refusal(code: str, words: str) -> bytes:
    """An error that must not lead anywhere."""
    return page("Запрос не принят", f"<p>ESIA-{escape(code)}: {escape(words)}</p>")
