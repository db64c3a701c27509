"""OperationOutcome: how FHIR says that something was not done, and why."""


def operation_outcome(*, code: str, diagnostics: str) -> dict[str, object]:
    """One error; `code` is of the value set issue-type."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": diagnostics}],
    }
