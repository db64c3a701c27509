"""The API described to tools that read OpenAPI, made of the tables by which the server routes."""
