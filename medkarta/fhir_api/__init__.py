"""FHIR R4 over HTTP: what other programs ask us, without cookies and without pages."""
