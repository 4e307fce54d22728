"""A study: strategies compared on paired seeds, cell by cell, over as many sessions as it takes."""
