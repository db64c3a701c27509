"""Who a person is, which clinics' patient entries are theirs, and the request that links them."""
