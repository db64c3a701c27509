"""Takes a page's picture on a desk and on a telephone, and lays all of them out side by side."""

import html
import time
from pathlib import Path

from citizen import Citizen

SIZES = {"1280": {"width": 1280, "height": 900}, "360": {"width": 360, "height": 740}}
# On a picture of the whole page a bar at the window's foot would stand across its middle.
# (Set on the element: the pages' content security policy takes no style sheet of ours.)
_STILL = "document.querySelectorAll('.bottom').forEach(bar => { bar.style.position = 'static' })"
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Medkarta: every page</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem; background: #eef1f6; color: #0b1f33; }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); }
figure { margin: 0; padding: 1rem; background: #fff; border-radius: .75rem; }
figure > div { display: grid; grid-template-columns: 3fr 1fr; gap: .75rem; }
img { width: 100%; height: 18rem; object-fit: cover; object-position: top;
  border: 1px solid #dde4ee; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
</style>"""


class Visitor(Citizen):
    """A citizen who looks and judges nothing: a page with a fault is to be seen too."""

    def looks(self, *, axe: bool = True) -> None:
        """Leave the judging to whoever sees the pictures."""


class Camera:
    """Where the pictures go, which there are, and which did not come out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[tuple[str, str]] = []
        self.failed: list[str] = []
        self.began = time.monotonic()
        self.language = ""

    def turn_to(self, language: str) -> None:
        """From now on the pictures are of pages in this language."""
        self.language = language
        for size in SIZES:
            (self.folder / language / size).mkdir(parents=True)

    def shoot(self, visitor: Visitor, page: str, state: str) -> None:
        """The page as it stands now: what was typed and what was refused stays on it."""
        name = f"{page}--{state}"
        folder = self.folder / self.language
        for size, viewport in SIZES.items():
            visitor.page.set_viewport_size(viewport)
            visitor.page.evaluate(_STILL)
            visitor.page.screenshot(
                path=folder / size / f"{name}.png",
                full_page=True,
                animations="disabled",
            )
        self.names.append((self.language, name))
        print(f"{time.monotonic() - self.began:5.0f} s  {self.language}  {name}", flush=True)

    def go(self, visitor: Visitor, path: str, page: str, state: str) -> None:
        """Open an address and take its picture, whatever the answer was."""
        visitor.opens(path)
        self.shoot(visitor, page, state)

    def miss(self, scene: str, problem: Exception) -> None:
        """Go on without a scene; the end says so."""
        words = (str(problem).strip() or type(problem).__name__).splitlines()[0]
        self.failed.append(f"{scene} ({self.language}): {words}")
        print(f"        MISSED {self.failed[-1]}", flush=True)

    def lay_out(self) -> Path:
        """Write index.html: every page by name, in its languages, both sizes."""
        figures = []
        for language, name in sorted(self.names, key=lambda taken: taken[::-1]):
            pictures = "".join(
                f'<a href="{language}/{size}/{name}.png"><img loading="lazy" alt="{size} px"'
                f' src="{language}/{size}/{name}.png"></a>'
                for size in SIZES
            )
            figures.append(
                f"<figure><figcaption>{html.escape(name)}, {language}</figcaption>"
                f"<div>{pictures}</div></figure>"
            )
        index = self.folder / "index.html"
        index.write_text(
            f"{_HEAD}<h1>{len(self.names)} pages</h1><main>{''.join(figures)}</main></html>",
            encoding="utf-8",
        )
        return index
