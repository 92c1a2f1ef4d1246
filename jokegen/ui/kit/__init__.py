"""The look and the widgets that every tab is made of."""
