"""If-Match and If-None-Match of what writes: https://hl7.org/fhir/R4/http.html#concurrency."""


def why_stale(
    version: int,
    *,
    if_match: str | None,
    if_none_match: str | None = None,
    repeated: bool = False,
) -> str | None:
    """Why the headers do not fit the version that is present; None: they do.

    RFC 9110 lets pass what has been done already: `repeated` says that the content is that of the
    present version.
    """
    here = {"*", str(version)}
    if _tags(if_none_match) & here:
        return f"If-None-Match is {if_none_match}, and here is version {version}"
    if if_match is None:
        return None
    allowed = here | ({str(version - 1)} if repeated else set())
    if _tags(if_match) & allowed:
        return None
    return f"If-Match is {if_match}, and here is version {version}"


def _tags(header: str | None) -> set[str]:
    return {one.strip().removeprefix("W/").strip('"') for one in (header or "").split(",")}
