"""The commands: what may be typed (`options`), and what is then done (`actions`)."""
