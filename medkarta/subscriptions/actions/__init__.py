"""Keeping subscriptions, and telling programs what changed."""
