"""Route optimiser for appointment days: pure values in, pure values out.

Time is whole seconds since local midnight (elapsed time), distance metres, places WGS84 degrees.
Import from the modules themselves; nothing here loads OR-Tools.
"""
