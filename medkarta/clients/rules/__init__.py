"""What a program may ask for: decisions on plain values."""
