"""``python -m faceviewer`` is ``faceviewer``, also where the folder of scripts is not on the path."""

from faceviewer.cli.main import run

if __name__ == "__main__":
    run()
