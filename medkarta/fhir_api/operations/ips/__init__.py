"""The International Patient Summary as a document: https://hl7.org/fhir/uv/ips/."""
