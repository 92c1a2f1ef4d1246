"""Qt adapters without widgets: jobs on threads, application state, table models, the loop."""
