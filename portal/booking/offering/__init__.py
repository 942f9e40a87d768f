"""What may be chosen: the offer, its order, its filters, and why something is not in it."""
