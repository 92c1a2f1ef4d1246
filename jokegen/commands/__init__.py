"""The commands of the command line, by what they are about, and how they run jobs."""
