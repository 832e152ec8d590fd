"""The application without its window: state, commands, verbs, settings, sessions. No Qt, no VTK here."""
