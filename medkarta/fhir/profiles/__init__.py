"""R4's own profiles: what they ask of a resource over and above its type, and whether it is so."""
