"""Django's own commands, as the role that owns the tables."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
os.environ.setdefault("MEDKARTA_DATABASE_ROLE", "owner")

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
