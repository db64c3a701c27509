"""`python -m medkarta` is the command line."""

from medkarta.config.cli import main

main()
