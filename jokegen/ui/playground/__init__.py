"""The Playground tab: settings, beginning, and the jokes that are written."""
