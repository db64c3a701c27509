"""What a person has agreed to: its exact text, version and signature."""
