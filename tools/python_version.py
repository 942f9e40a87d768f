"""Stop with a clear sentence when Python is too old to run Tijdvenster."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Tijdvenster needs Python 3.11 or newer; this is " + sys.version.split()[0])
