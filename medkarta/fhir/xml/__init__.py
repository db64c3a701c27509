"""FHIR's XML form, read into and written from its JSON: https://hl7.org/fhir/R4/xml.html."""
