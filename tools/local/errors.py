class LocalError(Exception):
    """What the person at the keyboard has to know: one or two sentences with the remedy, shown without a trace."""
