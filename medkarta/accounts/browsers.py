"""Which browser on which system, in a word each, from what the browser says of itself."""

from dataclasses import dataclass

# The first that is found counts: nearly every browser also claims to be Chrome and Safari.
_BROWSERS = (
    ("YaBrowser/", "Яндекс Браузер"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LOOKED_AT = 500  # signs; a user agent has about 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Browser:
    """What a browser is and where it runs; empty where it does not say."""

    name: str
    system: str


def browser_of(user_agent: str) -> Browser:
    """Read a user agent. A guess for the owner's eyes; nothing is decided by it."""
    text = user_agent[:_LOOKED_AT]
    name = next((word for mark, word in _BROWSERS if mark in text), "")
    system = next((word for mark, word in _SYSTEMS if mark in text), "")
    return Browser(name=name, system=system if name else "")
