"""The browser of FFHQ-UV's maps. Imported when it is opened."""
