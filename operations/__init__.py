"""What an operator does besides `up`."""
