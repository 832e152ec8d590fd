"""The browser of head-pose data sets. Imported when it is opened."""
