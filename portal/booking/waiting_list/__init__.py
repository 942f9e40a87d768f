"""Who waits for a window, and what comes free for whom."""
