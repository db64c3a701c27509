"""Changes to a resource's text by JSON Patch and FHIRPath Patch, numbers digit for digit."""
