"""Head poses over time. Imported when the dialog is opened."""
