"""One file for each FHIR interaction; its docstring is the address of the paragraph it keeps."""
