"""Where things are kept, what the user prefers, and how the program keeps a log."""
