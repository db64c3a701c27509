"""A signed text as PDF: tagged, PDF/A-2a and PDF/UA-1, made without the network or other files.

The words travel as JSON in typst's inputs and are never part of its source; its root is the folder
of our one template.
"""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from medkarta.consents.blocks import blocks
from medkarta.consents.queries import ConsentView

_FOLDER: Final = Path(__file__).parent / "typst"
_STANDARDS: Final[list[Literal["a-2a", "ua-1"]]] = ["a-2a", "ua-1"]
_MOSCOW: Final = ZoneInfo("Europe/Moscow")
# What the font that comes along can draw. The rest is named: a PDF/A must show every sign it has.
_UNDRAWN: Final = re.compile(
    "[^\\u0020-\\u007e\\u00a0-\\u017f\\u0218-\\u021b\\u0400-\\u0482\\u048a-\\u04ff"
    "\\u2010-\\u2015\\u2018-\\u2026\\u2030\\u2039\\u203a\\u20bd\\u2116\\u2022\\u2212]"
)


def of(consent: ConsentView) -> bytes:
    """The file. The same consent in the same state gives the same words, whenever it is asked."""
    return bytes(
        typst.compile(
            str(_FOLDER / "consent.typ"),
            root=str(_FOLDER),
            sys_inputs={"paper": json.dumps(_paper(consent), ensure_ascii=False)},
            ignore_system_fonts=True,
            package_path=str(_FOLDER),
            package_cache_path=str(_FOLDER),
            pdf_standards=list(_STANDARDS),
            timestamp=int(consent.signed_at.timestamp()),
            format="pdf",
        )
    )


def drawable(text: str) -> str:
    """The text with signs that cannot be drawn named by their number in Unicode."""
    return _UNDRAWN.sub(lambda sign: f"[U+{ord(sign.group()):04X}]", text)


def _paper(consent: ConsentView) -> dict[str, object]:
    first, *rest = blocks(consent.text.body)
    with override(consent.text.language):
        facts = [{"name": name, "value": drawable(value)} for name, value in _facts(consent)]
        words = {
            "facts_title": _("Сведения о подписи"),
            "note": _(
                "Электронная подпись: одноразовый код или ключ доступа, введённые под этим "
                "текстом. Контрольная сумма SHA-256 считается по тексту согласия в UTF-8."
            ),
        }
    return {
        "lang": consent.text.language,
        "title": drawable(first.lines[0]),
        "operator": "Medkarta",
        "under": [drawable(line) for line in first.lines[1:]],
        "blocks": [
            {
                "heading": drawable(block.heading),
                "lines": [drawable(line) for line in block.lines],
                "items": [drawable(item) for item in block.items],
            }
            for block in rest
        ],
        "facts": facts,
        **words,
    }


def _facts(consent: ConsentView) -> list[tuple[str, str]]:
    with_what = {
        "totp": _("одноразовым кодом"),
        "recovery": _("резервным кодом"),
        "passkey": _("ключом доступа"),
    }
    facts = [
        (_("Подписано"), _moment(consent.signed_at)),
        (_("Кем"), consent.signer),
        (_("Чем"), with_what.get(consent.signed_with, consent.signed_with)),
        (_("Адрес устройства в сети"), consent.signed_from or _("не записан")),
        (_("Браузер"), consent.device or _("не записан")),
        (_("Номер согласия"), str(consent.consent_id)),
        (_("Версия текста"), f"{consent.text.kind.value}.{consent.text.version}"),
        ("SHA-256", consent.text.sha256),
    ]
    if consent.withdrawn_at is not None:
        facts.append((_("Закончилось"), _moment(consent.withdrawn_at)))
    return facts


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(_MOSCOW):%d.%m.%Y, %H:%M:%S} (UTC+3)"
