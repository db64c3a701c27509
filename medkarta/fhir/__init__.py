"""FHIR R4 as text and as values: strict reading, splicing to the byte, what search needs."""
