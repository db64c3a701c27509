"""What the citizen's templates can say beyond Django's own words."""
