"""Asset packs: the files of published systems, where they lie, whether they are whole, and what they unlock."""
