"""The album of Flickr-Faces-HQ: browsing, searching, checking. Imported when it is opened."""
