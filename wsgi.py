"""What a WSGI server and `flask --app wsgi` start."""

import sys

from portal.application import create_app
from portal.settings import SettingsInvalid

try:
    app = create_app()
except SettingsInvalid as wrong:
    sys.exit(f"Tijdvenster cannot start; these settings are wrong:\n{wrong}")
