"""What an operator can mend."""


class OperationError(Exception):
    """Something that whoever ran the command can mend; its message says how."""
