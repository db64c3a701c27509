"""Where programs ask for tokens: RFC 6749, 7009, 7662 and SMART's configuration."""
