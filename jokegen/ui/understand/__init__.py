"""The first section of the workshop: what was read from the files, how, and what makes a joke."""
