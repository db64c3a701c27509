"""Outside systems that we play ourselves: each speaks its protocol, and fails when told to."""
