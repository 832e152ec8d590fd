"""Help > About: version, and whose work faceviewer stands on."""

from __future__ import annotations

import html
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

import faceviewer
from faceviewer.app.licences import CODE, DATA, PACKAGES, QT_NOTICE, Licence
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, close_box, heading, named
from faceviewer.gui.icons import app_icon


class AboutDialog(Sheet):
    """Version and licences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("About faceviewer", parent)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(64, 64), self.devicePixelRatioF()))
        words = QVBoxLayout()
        words.addWidget(heading(f"faceviewer {faceviewer.__version__}"))
        words.addWidget(QLabel("Turns photographs into textured 3D heads, on this computer alone."))
        words.addWidget(QuietLabel(f"{CODE.note} {CODE.licence} licence. Nothing is sent anywhere."))
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        tabs = QTabWidget()
        tabs.addTab(_page("Data that comes with faceviewer", _data(DATA)), "Data")
        tabs.addTab(_page("Packages that faceviewer uses", _packages(PACKAGES)), "Packages")
        tabs.addTab(_page("Notice about Qt", f"<p>{html.escape(QT_NOTICE)}</p>"), "Qt")
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(tabs, 1)
        layout.addWidget(close_box(self))
        self.resize(600, 460)


def _page(name: str, text: str) -> QTextBrowser:
    page = named(QTextBrowser(), name, name)
    page.setOpenExternalLinks(True)
    page.setHtml(text)
    page.setFrameShape(QTextBrowser.Shape.NoFrame)
    return page


def _data(licences: Iterable[Licence]) -> str:
    return "".join(
        f"<p><b>{html.escape(one.name)}</b>, {html.escape(one.licence)}<br>{html.escape(one.note)}</p>"
        for one in licences
    )


def _packages(licences: Iterable[Licence]) -> str:
    rows = "".join(
        f"<tr><td><b>{html.escape(one.name)}</b></td><td>{html.escape(_version(one.package))}</td>"
        f"<td>{html.escape(one.licence)}</td><td>{html.escape(one.note)}</td></tr>"
        for one in licences
    )
    return f'<table cellpadding="4">{rows}</table>'


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
