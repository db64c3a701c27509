"""The FHIR store: every version of every resource, its search, reading under a Grant."""
