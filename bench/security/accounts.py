"""Whether the time of an answer tells who has an account, and how soon a megabyte is refused.

Present and absent addresses take turns, each asked once, from a peer of its own, in this process on
a running service's database, with the product's own password hashing. A difference is worth
something where it is large beside the noise: Mann-Whitney's p below 0.01 and 5 ms of the medians.
"""

import math
import statistics
import time
from collections.abc import Callable, Sequence

from bench.figures import Figure

SAMPLES = 30
WARM_UP = 2
NOISE = 5.0  # ms between medians
CHANCE = 0.01
REFUSED_WITHIN = 50.0
WRONG = "не-тот-пароль-совсем-9"
RIGHT = "сиреневый трамвай едет в депо"
MEGABYTE = "я" * 500_000

Way = Callable[[str], tuple[str, dict[str, str]]]
WAYS: dict[str, Way] = {
    "sign-in": lambda email: ("/accounts/login/", {"login": email, "password": WRONG}),
    "new password": lambda email: ("/accounts/password/reset/", {"email": email}),
    "sign-up": lambda email: ("/accounts/signup/", {"email": email, "password1": RIGHT}),
}


def milliseconds(number: int, address: str, fields: dict[str, str]) -> float:
    from django.conf import settings
    from django.test import Client

    browser = Client(
        HTTP_HOST=settings.ALLOWED_HOSTS[0], REMOTE_ADDR=f"10.{number // 250}.{number % 250}.1"
    )
    began = time.perf_counter()
    answer = browser.post(address, fields)
    taken = (time.perf_counter() - began) * 1000
    if answer.status_code not in {200, 302}:
        raise SystemExit(f"{address} answered {answer.status_code} to the bench")
    return taken


def make_accounts(way: str) -> list[str]:
    """Accounts with one hash: making it for each would take longer than all measurements."""
    from allauth.account.models import EmailAddress

    from medkarta.accounts.models import Account

    model = Account()
    model.set_password(RIGHT)
    emails = [f"present{n}@{way.replace(' ', '-')}.example" for n in range(SAMPLES + WARM_UP)]
    made = Account.objects.bulk_create(
        Account(email=email, password=model.password) for email in emails
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=account, email=account.email, primary=True, verified=True)
        for account in made
    )
    return emails


def p_of(one: Sequence[float], other: Sequence[float]) -> float:
    """Mann-Whitney's U, two-sided, by its normal approximation; ties are rare in clock times."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    middle = len(one) * len(other) / 2
    spread = math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return math.erfc(abs(above - middle) / spread / math.sqrt(2))


def compare(name: str, way: Way, first: int) -> None:
    present, absent = [], []
    for number, email in enumerate(make_accounts(name), first):
        nobody = email.replace("present", "absent")
        order = [(present, email), (absent, nobody)]
        for taken, address in order if number % 2 else reversed(order):
            taken.append(milliseconds(number, *way(address)))
    present, absent = present[WARM_UP:], absent[WARM_UP:]
    for who, taken in (("present", present), ("absent", absent)):
        print(Figure(name=f"{name}, {who}", unit="ms", takes=tuple(taken)), flush=True)
    apart = abs(statistics.median(present) - statistics.median(absent))
    chance = p_of(present, absent)
    tells = chance < CHANCE and apart > NOISE
    print(f"  medians {apart:.2f} ms apart, p {chance:.3f}: {'MISSED' if tells else 'kept'}")


def megabyte(address: str, fields: dict[str, str], first: int) -> Figure:
    takes = [milliseconds(first + n, address, fields) for n in range(10)]
    return Figure(
        name=f"a megabyte of password at {address}",
        unit="ms",
        takes=tuple(takes),
        aim=REFUSED_WITHIN,
    )


def measured() -> None:
    """All figures, printed one by one."""
    for turn, (name, way) in enumerate(WAYS.items()):
        compare(name, way, first=1 + turn * 1000)
    print(megabyte("/accounts/login/", {"login": "a@b.example", "password": MEGABYTE}, first=5000))
    print(
        megabyte("/accounts/signup/", {"email": "a@b.example", "password1": MEGABYTE}, first=6000)
    )
