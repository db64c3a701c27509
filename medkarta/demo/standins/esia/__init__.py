"""An ESIA to learn on: the same paths, parameters, claims and errors, with invented people."""
