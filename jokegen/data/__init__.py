"""Reading, cleaning, splitting and storing jokes."""
