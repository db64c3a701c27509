"""Records written out as files, for a clinic's system or a citizen's app to fetch for a while."""
