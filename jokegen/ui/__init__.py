"""The window: one file a tab, panel or dialog."""
