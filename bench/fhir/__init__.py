"""Load on a FHIR server over HTTP: how much it answers, how soon, and beside what bound."""
