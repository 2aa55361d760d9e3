"""The secrets of a stack: made, renewed and looked after."""
