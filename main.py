from faceviewer.cli.main import run

run()
