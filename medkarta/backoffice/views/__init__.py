"""What the operators' pages answer."""
