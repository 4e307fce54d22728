"""Chairs seen from all round, in a latent space of many dimensions."""
