"""Pictures of every page in every state, for people to look at.

    python tools/gallery [ru|en] [SCENE…]      without a language: both; without a name: all scenes

Starts the real service in a home of its own for each language, with the demo people, somebody
imported where the bundles lie beside the checkout, and writes
gallery/<language>/<width>/<page>--<state>.png and gallery/index.html. The folder is made anew each
time.
"""

import os
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = ROOT.parent / "shared" / "data" / "synthea"
OUTPUT = ROOT / "gallery"
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "journeys")]

import scenes  # noqa: E402
import scenes_of_others  # noqa: E402
from camera import SIZES, Camera, Visitor  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from running_service import Service, temporary_home  # noqa: E402

IMPORTED = "Mary"
LANGUAGES = {"ru": "ru-RU", "en": "en-GB"}
SCENES = {
    "outside": scenes.outside,
    "second-step": scenes.second_step,
    "gates": scenes.gates,
    "full": scenes.record_of("Анна Вымыслова", "full"),
    "own": scenes.own_pages,
    "way": scenes.way_in,
    "nothing": scenes.nothing_found,
    "child": scenes.record_of("Алиса Примеркина", "child"),
    "expecting": scenes.record_of("Полина Условнова", "expecting"),
    "empty": scenes.record_of("Роман Чистолистов", "empty"),
    "large": scenes.record_of("Глеб Регулярнов", "large"),
    "imported": scenes.record_of(IMPORTED, "imported"),
    "policies": scenes.policies,
    "acting": scenes_of_others.acting,
    "office": scenes_of_others.office,
    "esia": scenes_of_others.esia,
    "failures": scenes.failures,
}


def main() -> None:
    """Start the service, walk through the scenes, lay the pictures out."""
    languages = [one for one in sys.argv[1:] if one in LANGUAGES] or list(LANGUAGES)
    chosen = [one for one in sys.argv[1:] if one not in LANGUAGES] or list(SCENES)
    if unknown := set(chosen) - set(SCENES):
        sys.exit(f"No such scene: {', '.join(sorted(unknown))}. There are: {', '.join(SCENES)}.")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed: apt-get install chromium")
    shutil.rmtree(OUTPUT, ignore_errors=True)
    camera = Camera(OUTPUT)
    for language in languages:
        camera.turn_to(language)
        take_all(list(chosen), camera, chromium)
    print(f"\n{len(camera.names)} pages in {time.monotonic() - camera.began:.0f} s")
    print(camera.lay_out())
    if camera.failed:
        sys.exit("Without: " + "; ".join(camera.failed))


def take_all(chosen: list[str], camera: Camera, chromium: str) -> None:
    """Every scene in the camera's language, with people to whom nothing has happened yet."""
    port = int(os.environ["PORT"]) if "PORT" in os.environ else None
    service = Service(temporary_home(), port, MEDKARTA_DEMO_PEOPLE="12")
    try:
        print("Starting the service and making the people …", flush=True)
        service.start(patience=240)
        bring_in(service, chosen)
        set_django_up(service, camera.language)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name in chosen:
                play(name, browser, service, camera)
            browser.close()
    finally:
        service.clear()
        shutil.rmtree(service.home.parent, ignore_errors=True)


def bring_in(service: Service, chosen: list[str]) -> None:
    """Import one foreign record, or leave its scene out and say so."""
    if "imported" not in chosen:
        return
    if not BUNDLES.is_dir():
        print(f"No imported person: {BUNDLES} is not there.")
        chosen.remove("imported")
        return
    names = ("hospital*", "practitioner*", f"{IMPORTED}_*")
    files = [str(file) for name in names for file in sorted(BUNDLES.glob(name))]
    done = service.call("import", *files, "--sign-ins")
    if done.returncode:
        print(done.stdout, done.stderr)


def set_django_up(service: Service, language: str) -> None:
    """Let the error pages be rendered here too, and the words of buttons be known."""
    os.environ["MEDKARTA_HOME"] = str(service.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "medkarta.config.settings"
    # Playwright's loop runs in this thread, and no query is made in it.
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language)


def play(name: str, browser: Browser, service: Service, camera: Camera) -> None:
    """One scene with browsers of its own; what goes wrong in it spoils no other."""
    from django.conf import settings

    met = []
    origin = f"http://localhost:{service.port}"

    def meet(who: str | None = None) -> Visitor:
        context = browser.new_context(
            base_url=origin,
            viewport=SIZES["1280"],
            locale=LANGUAGES[camera.language],
        )
        # The choice that the switch on every page keeps.
        cookie = settings.LANGUAGE_COOKIE_NAME
        context.add_cookies([{"name": cookie, "value": camera.language, "url": origin}])
        context.set_default_timeout(15_000)
        met.append(context)
        return Visitor(service, context, who)

    try:
        SCENES[name](meet, camera)
    except Exception as problem:  # noqa: BLE001  # a gallery with a gap is better than none
        camera.miss(name, problem)
    for context in met:
        context.close()


main()
