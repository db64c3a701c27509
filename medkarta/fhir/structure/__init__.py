"""Whether a resource is what R4 says it may be: members, numbers of them, forms, codes, targets."""
