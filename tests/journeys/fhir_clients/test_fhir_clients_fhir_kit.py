"""A clinic's system that speaks through npm's `fhir-kit-client`; its own steps are in kit.mjs."""


def test_a_system_writes_and_reads_with_fhir_kit_client(fhir_kit, rsa_system):
    seen = fhir_kit(base=rsa_system.base, token=rsa_system.token())
    root = rsa_system.base.removesuffix("/fhir")
    newest_first = [["2026-01-05", "2026-01-04"], ["2026-01-03", "2026-01-02"], ["2026-01-01"]]
    assert seen == {
        "tokenUrl": f"{root}/oauth/token",
        "authorizeUrl": f"{root}/oauth/authorize",
        "fhirVersion": "4.0.1",
        "transaction": ["201"] * 5,
        "pages": newest_first,
        "pagesByForm": newest_first,
        "patched": ["female", "2"],
        "updated": True,
        "former": None,
        "history": 3,
        "resolved": True,
        "everything": 6,
        "deleted": [404, "OperationOutcome"],
    }
