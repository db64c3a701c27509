"""Courses of disease and of care: each tells its part of a life."""
