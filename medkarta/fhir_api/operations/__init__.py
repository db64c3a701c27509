"""One file for each FHIR operation; its docstring is the address of the paragraph it keeps."""
