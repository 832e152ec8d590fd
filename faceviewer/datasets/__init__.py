"""Published data sets of faces: read, searched, checked and made again, from files that users bring."""
