"""GOST by the stock OpenSSL and its engine, as a program: arguments in a list, never a shell."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_PATIENCE = 10.0  # seconds
_ENGINE = ("-engine", "gost")
_DIGEST = "md_gost12_256"


class OpensslFailedError(Exception):
    """The program did not do what it was told; its words stay out of logs and pages."""


@cache
def has_gost() -> bool:
    """Whether OpenSSL here knows the engine (Debian: libengine-gost-openssl)."""
    try:
        return b"(gost)" in run("engine", "gost")
    except OpensslFailedError:
        return False


def run(*arguments: str, given: bytes = b"") -> bytes:
    """What `openssl ARGUMENTS…` writes. Raises `OpensslFailedError`."""
    program = shutil.which("openssl")
    if program is None:
        raise OpensslFailedError("no openssl")
    try:
        ended = subprocess.run(  # noqa: S603  # a list, no shell, paths of settings
            [program, *arguments], input=given, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OpensslFailedError(arguments[0]) from error
    if ended.returncode:
        raise OpensslFailedError(arguments[0])
    return ended.stdout


def sign_detached(text: bytes, *, key: Path, certificate: Path) -> bytes:
    """A detached CMS in DER over the text, by ГОСТ Р 34.10-2012 and 34.11-2012 (256)."""
    return run(
        *("cms", "-sign", *_ENGINE, "-binary", "-outform", "DER", "-md", _DIGEST),
        *("-signer", str(certificate), "-inkey", str(key)),
        given=text,
    )


def digest(content: bytes) -> str:
    """ГОСТ Р 34.11-2012 (256), in hexadecimal."""
    return run("dgst", *_ENGINE, f"-{_DIGEST}", "-r", given=content).split()[0].decode()


def verify(text: bytes, signature: bytes, *, certificate: Path) -> bool:
    """Whether the plain signature over the text is of the certificate's key."""
    with TemporaryDirectory(prefix="medkarta-gost-") as folder:
        public, signed = Path(folder, "public"), Path(folder, "signature")
        try:
            public.write_bytes(run("x509", *_ENGINE, "-in", str(certificate), "-pubkey", "-noout"))
            signed.write_bytes(signature)
            run(
                *("dgst", *_ENGINE, f"-{_DIGEST}"),
                *("-verify", str(public), "-signature", str(signed)),
                given=text,
            )
        except OpensslFailedError:
            return False
    return True
