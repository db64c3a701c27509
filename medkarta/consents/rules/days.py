"""«По день» in words and moments: the whole of that day where the person lives."""

from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = "Europe/Moscow"
# One a time zone of Russia, west to east, with its words in the texts that are signed.
ZONES: Final = MappingProxyType(
    {
        "Europe/Kaliningrad": ("по времени Калининграда (UTC+2)", "Kaliningrad time (UTC+2)"),
        "Europe/Moscow": ("по московскому времени (UTC+3)", "Moscow time (UTC+3)"),
        "Europe/Samara": ("по времени Самары (UTC+4)", "Samara time (UTC+4)"),
        "Asia/Yekaterinburg": ("по времени Екатеринбурга (UTC+5)", "Yekaterinburg time (UTC+5)"),
        "Asia/Omsk": ("по времени Омска (UTC+6)", "Omsk time (UTC+6)"),
        "Asia/Krasnoyarsk": ("по времени Красноярска (UTC+7)", "Krasnoyarsk time (UTC+7)"),
        "Asia/Irkutsk": ("по времени Иркутска (UTC+8)", "Irkutsk time (UTC+8)"),
        "Asia/Yakutsk": ("по времени Якутска (UTC+9)", "Yakutsk time (UTC+9)"),
        "Asia/Vladivostok": ("по времени Владивостока (UTC+10)", "Vladivostok time (UTC+10)"),
        "Asia/Magadan": ("по времени Магадана (UTC+11)", "Magadan time (UTC+11)"),
        "Asia/Kamchatka": ("по времени Камчатки (UTC+12)", "Kamchatka time (UTC+12)"),
    }
)


def start_of_day(day: date, zone: str) -> datetime:
    """The first moment of a day in a zone, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The first moment that is not of the day any more: the end of «по день» as [start, end)."""
    return start_of_day(day + timedelta(days=1), zone)


def day_at(moment: datetime, zone: str) -> date:
    """Which day it is there."""
    return moment.astimezone(ZoneInfo(zone)).date()
