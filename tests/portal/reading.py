"""What a page says, part by part, each with the language that it is marked with."""

from html.parser import HTMLParser

# Void elements have no end tag to come back from.
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "use", "wbr"}
SAID_BY_ATTRIBUTES = (
    "aria-label",
    "alt",
    "title",
    "placeholder",
    "data-offline",
    "data-offline-next",
)
NOT_READ = {"script", "style", "pre"}  # `pre` is the source, as the clinic sent it


class Reading(HTMLParser):
    """Texts and spoken attributes with the nearest `lang` around them."""

    def __init__(self, page):
        super().__init__()
        self.parts = []
        self._around = [("", None)]
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        language = given.get("lang") or self._around[-1][1]
        for name in SAID_BY_ATTRIBUTES:
            if given.get(name):
                self.parts.append((language, given[name]))
        if tag == "input" and given.get("type") == "submit":
            self.parts.append((language, given.get("value", "")))
        if tag not in VOID:
            self._around.append((tag, language))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._around.pop()

    def handle_endtag(self, tag):
        while len(self._around) > 1:
            if self._around.pop()[0] == tag:
                break

    def handle_data(self, data):
        language = self._around[-1][1]
        if not NOT_READ.intersection(name for name, _ in self._around) and data.strip():
            self.parts.append((language, " ".join(data.split())))


def said_in(page, language):
    """The parts of a page that are in this language by its own marks."""
    return [text for marked, text in Reading(page).parts if marked == language]
