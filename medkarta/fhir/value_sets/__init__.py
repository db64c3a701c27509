"""What is in a ValueSet that somebody wrote: https://hl7.org/fhir/R4/valueset.html."""
