"""What must hold on every page that anybody sees, whatever the journey is about."""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# Words that only a hole leaves: a value of the code's, a tag of a template, an empty heading.
HOLES = """() => {
  const found = [];
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6,dt,th,legend,label,a,button"))
    if (!heading.textContent.trim() && !heading.querySelector("img[alt],svg[aria-label],svg title")
        && !heading.getAttribute("aria-label"))
      found.push("empty " + heading.outerHTML.slice(0, 120));
  const text = document.body.innerText;
  const bad = /\\b(None|null|undefined|NaN|Traceback|Error at)\\b|\\{\\{|\\{%|\\[object /;
  const hit = text.match(bad);
  if (hit) found.push("hole: " + text.slice(Math.max(0, hit.index - 60), hit.index + 60));
  return found;
}"""

# Text in Latin letters that a Russian voice would read: what is not Russian is marked `lang`.
UNMARKED = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!element.checkVisibility() || element.closest("script,style,code,kbd,svg")) continue;
    if (element.closest("[lang]").lang !== "ru") continue;
    const words = node.textContent.match(/[A-Za-z]{4,}/g) || [];
    if (words.length > 1) found.push(node.textContent.trim().slice(0, 100));
  }
  return found;
}"""


# What the contrast of a text follows from: the element, its state, and what it stands in.
LOOKS = """() => {
  const named = e => e.localName + [...e.attributes]
    .filter(a => /^(class|aria-(current|invalid|expanded)|disabled|open|type)$/.test(a.name))
    .map(a => `[${a.name}=${a.value}]`).join("");
  const all = [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility());
  return [...new Set(all.map(e => `${innerWidth} ${named(e.parentElement)} > ${named(e)}`))];
}"""
# Measured once for all pages and people: it takes longer than all other rules together.
MEASURED = set()


class Watch:
    """Listens to a page from its first request; `check` says what went wrong so far."""

    def __init__(self, page, origin):
        self.page = page
        self.origin = origin
        self.wrong = []
        self.offline = False  # the connection is cut on purpose
        self.visited = ()  # origins that the person goes to on purpose
        self.broken = False  # the server is broken on purpose
        self.axe = Axe()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def check(self):
        assert not self.wrong, self.wrong

    def check_page(self, *, axe=True):
        """Everything about the page as it stands now."""
        where = urlsplit(self.page.url).path
        holes = self.page.evaluate(HOLES)
        assert not holes, f"{where}: {holes}"
        too_wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert too_wide <= 0, f"{where} scrolls sideways by {too_wide} px"
        assert self.page.title().strip(), f"{where} has no title"
        if axe:
            told = self._violations()
            assert not told, f"{where}: {told}"
        self.check()

    def _violations(self):
        """What axe finds; the contrast where something looks as nothing has looked before."""
        looks = set(self.page.evaluate(LOOKS))
        options = {
            "runOnly": {"type": "tag", "values": WCAG},
            "resultTypes": ["violations"],
            "preload": False,
            "rules": {"color-contrast": {"enabled": not looks <= MEASURED}},
        }
        self.page.evaluate(self.axe.axe_script)
        run = "options => axe.run(document, options).then(found => found.violations)"
        found = self.page.evaluate(run, options)
        if not found:
            MEASURED.update(looks)
        return [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]

    def check_language(self):
        """Every foreign word of the page is marked as such."""
        unmarked = self.page.evaluate(UNMARKED)
        assert not unmarked, f"{urlsplit(self.page.url).path}: {unmarked}"

    def _console(self, message):
        # A page that answers 403 in words is an answer, and Chromium notes it as an error.
        address = message.location.get("url", "").split("?")[0]
        answered = "the server responded with a status of " + ("" if self.broken else "4")
        if answered in message.text and address == self.page.url.split("?")[0]:
            return
        if self.offline and "net::ERR_" in message.text:
            return
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console {message.type}: {message.text}")

    def _request(self, request):
        parts = urlsplit(request.url)
        known = (self.origin, *self.visited)
        if parts.scheme not in {"data", "blob"} and not request.url.startswith(known):
            self.wrong.append(f"request to another host: {parts.scheme}://{parts.netloc}")

    def _response(self, response):
        if not response.url.startswith(self.origin):
            return
        static = urlsplit(response.url).path.startswith("/static/")
        kept = "no-store" not in response.headers.get("cache-control", "")
        if kept and not static and response.status != 304:
            self.wrong.append(f"may be kept: {urlsplit(response.url).path}")
