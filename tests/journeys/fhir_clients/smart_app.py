"""An app of citizens: one page on this machine with npm's `fhirclient` in it."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clinic_system import added

NAME = "Дневник проверки"
PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>Дневник</title>
<script src="/fhir-client.js"></script><main>Дневник</main></html>"""
CALLS = {
    "begin": "given => FHIR.oauth2.authorize(given)",
    "come back": """async () => {
      window.client = await FHIR.oauth2.ready();
      const user = client.user.fhirUser;
      return {patient: client.patient.id, user, ...client.state.tokenResponse};
    }""",
    "patient": "async () => await client.patient.read()",
    "observations": """async query => (await client.request(
        `Observation?patient=${client.patient.id}&${query}`, {pageLimit: 0, flat: true}
    )).map(one => [one.id, one.effectiveDateTime])""",
    "referred": """async path => {
      const seen = await client.request(path, {resolveReferences: ["subject"]});
      return seen.subject.resourceType;
    }""",
    "status": """async path => {
      try { await client.request(path); return 200; } catch (error) { return error.status; }
    }""",
    "refresh": "async () => (await client.refresh()).tokenResponse",
    "write": """async resource => {
      try { await client.create(resource); return 201; } catch (error) { return error.status; }
    }""",
}


class SmartApp:
    """The app in one tab."""

    def __init__(self, service, home):
        self.base = f"http://localhost:{service.port}/fhir"
        self.home, self.back = home, f"{home}/callback"
        said = ("--scope", "openid fhirUser launch/patient offline_access patient/*.rs")
        self.client_id = added(service, "app", NAME, *said, "--redirect-uri", self.back)
        self.page = None

    def begins(self, citizen, scope):
        """As where the person presses «connect» in the app."""
        self.page = citizen.page
        citizen.watch.visited = (self.home,)
        self.page.goto(self.home)
        given = {
            "clientId": self.client_id,
            "iss": self.base,
            "redirectUri": self.back,
            "scope": scope,
            "pkceMode": "required",
        }
        with self.page.expect_navigation(url=f"{self.base.removesuffix('/fhir')}/**"):
            self.does("begin", given)

    def does(self, call, given=None):
        return self.page.evaluate(CALLS[call], given)


@contextmanager
def served(library):
    """The address at which the page stands."""
    script = library.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            is_script = self.path == "/fhir-client.js"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.end_headers()
            self.wfile.write(script if is_script else PAGE.encode())

        def log_message(self, *said):
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
