"""Several windows that would do: what may be ticked, what is held, the choice at night."""
