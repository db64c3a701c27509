"""From a stored resource to words on a page: pure functions, no request, no table, no clock."""
