"""The table of jokes: a window onto any number of rows, searched, sorted and edited."""
