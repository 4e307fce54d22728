"""A robot whose tool draws a circle."""
