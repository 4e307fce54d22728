"""Clothes of Fashion-MNIST: their map, and a judge that knows real pictures alone."""
