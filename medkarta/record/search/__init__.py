"""FHIR search over the record: a query and a Grant in, SQL out."""
