"""Human motion: walks, kinds of motion, and the stick figures that show them."""
