"""R4 search parameters, and the values that they take out of a resource."""
