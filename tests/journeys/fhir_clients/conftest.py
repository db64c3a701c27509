"""FHIR clients that we did not write, against the running server."""

import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from clinic_system import ClinicSystem

HERE = Path(__file__).parent
CACHE = HERE.parents[2] / "build" / "fhir-clients"
SMART = "fhirclient@2.6.3"
# What the package must be, to the byte: npm's own word for it.
SMART_INTEGRITY = (
    "sha512-CirZixcwWelbkIXxpxlNQx5+ZdJirl6F1s4y4yvA1X7hHAkr9n99aVHaMi0wX+97nATjKQ65X6NB5as/"
    "wZoJzg=="
)


@pytest.fixture(scope="session")
def system(service):
    """The demo's clinic system, which signs by ES384."""
    return ClinicSystem.of_the_demo(service)


@pytest.fixture(scope="session")
def rsa_system(service, tmp_path_factory):
    """Another system of the same clinic, which signs by RS384."""
    return ClinicSystem.registered(service, tmp_path_factory.mktemp("keys") / "jwks.json")


@pytest.fixture(scope="session")
def smart_library():
    """The script of npm's `fhirclient` for browsers. Its many packages for Node are not needed."""
    script = CACHE / "fhir-client.pure.min.js"
    if not script.exists():
        (said,) = json.loads(npm("pack", "--json", SMART))
        if said["integrity"] != SMART_INTEGRITY:
            pytest.fail(f"{SMART} is another one than it was")
        with tarfile.open(CACHE / said["filename"]) as archive:
            found = archive.extractfile(f"package/build/{script.name}").read()
        script.write_bytes(found)
    return script


@pytest.fixture(scope="session")
def fhir_kit():
    """Runs kit.mjs with what it is given as JSON, beside npm's `fhir-kit-client`; its answer."""
    pins = (HERE / "package-lock.json").read_bytes()
    script = CACHE / "kit.mjs"
    stamp = CACHE / "installed.stamp"
    if not stamp.exists() or stamp.read_text() != hashlib.sha256(pins).hexdigest():
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, CACHE / name)
        npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(hashlib.sha256(pins).hexdigest())
    shutil.copyfile(HERE / script.name, script)

    def run(**given):
        done = subprocess.run(
            ["node", script],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def npm(*arguments):
    """What npm prints; without npm, or without what it fetches, the test is skipped."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ["npm", *arguments],
            cwd=CACHE,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm {arguments[0]} takes too long")
    if done.returncode:
        pytest.skip(f"npm {arguments[0]}: {done.stderr[:200]}")
    return done.stdout
