"""The one door to a person's record: a Grant or a Refusal, logged before the answer."""
