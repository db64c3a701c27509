"""Programs that are told when something new stands in a record, and then read it themselves."""
