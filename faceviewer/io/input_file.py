"""Files that users name: opened, or refused with a sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from faceviewer.types import FaceviewerError

NO_FOLDER = "there is no such folder"


class PhotoError(FaceviewerError):
    """A photo or video cannot be read; the sentence names the file and the reason.

    It is one printable line even where a file's name holds line breaks or bytes that are no text.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in sentence))


def open_input(path: Path, kind: str) -> BinaryIO:
    """Open a regular, non-empty file for reading; ``kind`` is what the user meant it to be ("picture", "video").

    Raises ``PhotoError`` for folders, devices, empty files, and whatever the system refuses.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise PhotoError(f"{path}: it is a folder, not a {kind}")
        if not stat.S_ISREG(status.st_mode):
            raise PhotoError(f"{path}: it is not a regular file")
        if status.st_size == 0:
            raise PhotoError(f"{path}: the file is empty")
        return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise PhotoError(f"{path}: {_refusal(error)}") from error


def folder_refusal(path: Path) -> str | None:
    """Why the files of a folder cannot be seen, or None when they can be.

    For sentences, after ``os.path`` found nothing: ``Path.is_dir`` and its like raise PermissionError where a folder
    above is locked, which once ended commands with "unexpected PermissionError".
    """
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            return NO_FOLDER
        os.stat(os.path.join(path, os.curdir))  # a folder may be listed and yet not be entered
        with os.scandir(path):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return NO_FOLDER
    except (OSError, ValueError) as error:
        return _refusal(error)


def folder_named(folder: Path) -> str:
    """A folder in a sentence on what it lacks, with the reason in brackets when it is there and cannot be read."""
    refusal = folder_refusal(folder)
    return str(folder) if refusal in (None, NO_FOLDER) else f"{folder} ({refusal})"


def _refusal(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such file"
        case PermissionError():
            return "no permission to read it"
        case OSError():
            return f"it cannot be read ({error.strerror})"
    return "it is not a usable file name"
