"""The ways to bring jokes into the window: dialogs for pasting, typing, links and hubs."""
