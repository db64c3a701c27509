"""Whether the time of an answer tells what its words do not."""
