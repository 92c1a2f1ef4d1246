"""System libraries that Qt misses: found at set-up, with the line that installs them."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

import main
from tests.launcher.fake_project import FakeProject

MISSING = {"libEGL.so.1", "libxcb-cursor.so.0", "libxcb-xkb.so.1", "libglib-2.0.so.0"}
APT = "sudo apt install libegl1 libglib2.0-0 libxcb-cursor0 libxcb-xkb1"
DNF = "sudo dnf install glib2 libglvnd-egl libxcb xcb-util-cursor"
PACMAN = "sudo pacman -S glib2 libglvnd libxcb xcb-util-cursor"


@pytest.mark.parametrize(
    ("os_release", "line"),
    [
        ("NAME=Debian\nID=debian\nVERSION_CODENAME=bookworm\n", f"`{APT}`"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', f"`{APT}`"),
        ("ID=fedora\nVARIANT_ID=workstation\n", f"`{DNF}`"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', f"`{DNF}`"),
        ("ID=arch\n", f"`{PACMAN}`"),
        ("ID=manjaro\nID_LIKE=arch\n", f"`{PACMAN}`"),
        ("ID=void\n", f"\n  Debian, Ubuntu: {APT}\n  Fedora: {DNF}\n  Arch: {PACMAN}"),
        ("", f"\n  Debian, Ubuntu: {APT}\n  Fedora: {DNF}\n  Arch: {PACMAN}"),
    ],
)
def test_the_install_line_is_exact_for_the_distribution(os_release: str, line: str) -> None:
    assert main.install_lines(MISSING, os_release) == line


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libGL.so.1", "libgl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libICE.so.6", "libice6"),
        ("libSM.so.6", "libsm6"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libxcb.so.1", "libxcb1"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-image.so.0", "libxcb-image0"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libxcb-randr.so.0", "libxcb-randr0"),
        ("libxcb-render-util.so.0", "libxcb-render-util0"),
        ("libxcb-shape.so.0", "libxcb-shape0"),
        ("libxcb-xinerama.so.0", "libxcb-xinerama0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libfreetype.so.6", "libfreetype6"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libz.so.1", "zlib1g"),
    ],
)
def test_debian_names_its_packages_like_this(library: str, package: str) -> None:
    assert main.install_lines({library}, "ID=debian") == f"`sudo apt install {package}`"


@pytest.mark.skipif(sys.platform != "linux", reason="the libraries of Linux distributions")
def test_a_missing_library_is_found_with_ldd_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of Qt's X11 plug-in gets a library that no computer has."""
    found = importlib.util.find_spec("PySide6")
    assert found is not None
    assert found.origin is not None
    plugin = Path(found.origin).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    broken = tmp_path / plugin.name
    whole = plugin.read_bytes()
    assert b"libQt6Core.so.6" in whole
    broken.write_bytes(whole.replace(b"libQt6Core.so.6", b"libNoCore9.so.6"))
    by_ldd = main.missing_libraries(Path(sys.prefix), broken)
    assert "libNoCore9.so.6" in by_ldd
    monkeypatch.setattr(shutil, "which", lambda _: None)
    by_loading = main.missing_libraries(Path(sys.prefix), broken)
    assert len(by_loading) == 1
    assert by_loading < by_ldd


def break_qt(project: FakeProject, text: str) -> None:
    (project.site_packages / "PySide6" / "QtWidgets.py").write_text(text)


def test_a_window_waits_for_its_libraries_and_the_command_line_does_not(
    moved: FakeProject,
) -> None:
    """The text is that of a real import; a later start checks again, without installing again."""
    text = "libEGL.so.1: cannot open shared object file: No such file or directory"
    break_qt(moved, f"raise ImportError({text!r})")
    told = f"Install them and start again: {main.install_lines({'libEGL.so.1'})}"
    by_command = moved.start("list")
    assert (by_command.returncode, told in by_command.stderr) == (0, True)
    assert "A warning, since not everything needs a window" in by_command.stderr
    assert moved.start("list").stderr == ""
    by_window = moved.start()
    assert (by_window.returncode, told in by_window.stderr) == (1, True)
    assert "misses system libraries: libEGL.so.1." in by_window.stderr
    assert "[2/4]" not in by_window.stderr
    break_qt(moved, "")
    assert moved.start().returncode == 0
    assert moved.start().stderr == ""
    assert moved.stage == main.READY


def test_a_qt_that_fails_for_another_reason_is_quoted(moved: FakeProject) -> None:
    break_qt(moved, "raise ImportError('QtWidgets is torn')")
    done = moved.start()
    assert done.returncode == 1
    assert "ImportError: QtWidgets is torn" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland")
@pytest.mark.parametrize(
    ("is_window", "variables", "is_error"),
    [
        (True, {"DISPLAY": ":0"}, True),
        (True, {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, False),
        (True, {"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb"}, True),
        (True, {"QT_QPA_PLATFORM": "offscreen"}, False),
        (False, {"DISPLAY": ":0"}, False),
    ],
)
def test_what_only_x11_needs_stops_only_a_window_on_x11(
    is_window: bool,
    variables: dict[str, str],
    is_error: bool,
    template: FakeProject,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    plugin = template.site_packages / "PySide6" / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.touch()
    monkeypatch.setattr(
        main, "missing_libraries", lambda _, *files: {"libxcb-cursor.so.0"} & {*map(name_of, files)}
    )
    if is_error:
        with pytest.raises(main.SetupError, match=r"libxcb-cursor\.so\.0"):
            main.check_qt(template.environment, is_window)
    else:
        main.check_qt(template.environment, is_window)
        assert "libxcb-cursor.so.0" in capsys.readouterr().err
    plugin.unlink()


def name_of(file: Path) -> str:
    return "libxcb-cursor.so.0" if file.name == "libqxcb.so" else ""
