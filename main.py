"""Start Jokegen: make its Python environment on the first start, then hand over to it.

The story of a start: an environment whose stamp fits is handed over to at once. Otherwise one
start at a time makes or mends the environment with `venv` and a single pip call, stamps it, checks
that Qt finds its system libraries, and hands over then.

Standard library only, and nothing may need more than Python 3.6 before `check_python` has spoken:
an old Python is to get a sentence, not a traceback. Hence the types in quotes. What only a set-up
needs is imported there, so that every later start is quick.
"""

import os
import re
import sys
from pathlib import Path

TYPE_CHECKING = False  # as in `typing`, which takes time to import
if TYPE_CHECKING:
    import typing

PROJECT = Path(__file__).resolve().parent
PYTHON_NEEDED = (3, 11)
OWN_VERSION = ".".join(map(str, sys.version_info[:2]))
GIGABYTES_NEEDED = 3.0  # for the smallest set-up: a PyTorch without graphics card, and its download

# The stages of an environment, as its stamp names them.
WORKING = "working"  # being made or mended, or cut short at that: nothing in it can be trusted
INSTALLED = "installed"  # complete, but Qt has not been seen to find its system libraries
READY = "ready"
STAMP, LOCK, LOG = "set-up.stamp", "set-up.lock", "set-up.log"

# What pip and the system say when something is wrong.
DISK_SIGNS = re.compile(r"No space left on device|Disk quota exceeded|\[(Errno 28|WinError 112)\]")
PERMISSION_SIGNS = re.compile(r"Permission denied|Read-only file system|\[(Errno 13|WinError 5)\]")
NETWORK_SIGNS = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out|Max retries|ProxyError|SSLError"
    r"|CERTIFICATE_VERIFY_FAILED|name resolution|Name or service not known|getaddrinfo failed"
    r"|nodename nor servname|Connection (refused|reset|aborted|broken)|ConnectionError"
    r"|Network is unreachable|RemoteDisconnected|IncompleteRead|ProtocolError|HTTP error 5\d\d"
)
MISFIT_SIGNS = re.compile(r"No matching distribution found for ([^\s;]+)|ResolutionImpossible")
MISSING_LIBRARY = re.compile(r"([\w.+-]+\.so[.\d]*)(?: => not found|: cannot open shared object)")

# A library's name without its number, its package for dnf (Fedora) and the one for pacman (Arch).
# Debian and Ubuntu name packages after the libraries; a fourth word is an exception to that.
LIBRARY_PACKAGES = """
libEGL            libglvnd-egl         libglvnd
libGL             libglvnd-glx         libglvnd
libGLX            libglvnd-glx         libglvnd
libOpenGL         libglvnd-opengl      libglvnd
libX11            libX11               libx11
libX11-xcb        libX11-xcb           libx11
libICE            libICE               libice
libSM             libSM                libsm
libxkbcommon      libxkbcommon         libxkbcommon
libxkbcommon-x11  libxkbcommon-x11     libxkbcommon-x11
libxcb-cursor     xcb-util-cursor      xcb-util-cursor
libxcb-icccm      xcb-util-wm          xcb-util-wm
libxcb-image      xcb-util-image       xcb-util-image
libxcb-keysyms    xcb-util-keysyms     xcb-util-keysyms
libxcb-render-util xcb-util-renderutil xcb-util-renderutil
libxcb-util       xcb-util             xcb-util
libdbus-1         dbus-libs            dbus
libfontconfig     fontconfig           fontconfig
libfreetype       freetype             freetype2
libglib-2.0       glib2                glib2            libglib2.0-0
libgthread-2.0    glib2                glib2            libglib2.0-0
libgssapi_krb5    krb5-libs            krb5
libwayland-client libwayland-client    wayland
libz              zlib                 zlib             zlib1g
libzstd           libzstd              zstd
"""
MANAGERS = {
    "apt": ("Debian, Ubuntu", "debian ubuntu", "sudo apt install"),
    "dnf": ("Fedora", "fedora rhel centos", "sudo dnf install"),
    "pacman": ("Arch", "arch", "sudo pacman -S"),
}


class SetupError(Exception):
    """A sentence on what happened and one on what to do."""

    def __init__(self, happened: str, todo: str) -> None:
        super().__init__(happened, todo)
        self.happened = happened
        self.todo = todo


def main(arguments: "list[str]") -> int:
    """Make sure that the environment is there and hand over to it; the exit code, if it returns."""
    try:
        check_python(sys.version_info[:2])
        is_test = arguments[:1] == ["test"]
        # -P: no file in the folder the user is in may stand in for a module.
        command = ["-P", "-m", "jokegen", *arguments]
        if is_test:
            command = [str(PROJECT / "tests" / "run_all.py"), *arguments[1:]]
        if os.environ.get("JOKEGEN_NO_SETUP") == "1":
            paths = [str(PROJECT), os.environ.get("PYTHONPATH", "")]
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
            return hand_over(Path(sys.executable), command)
        is_window = not arguments
        stages = (READY,) if is_window else (READY, INSTALLED)
        fitting = (one for one in environment_folders() if is_fitting(one, is_test, stages))
        folder = next(fitting, None) or set_up(is_test, is_window)
        try:
            return hand_over(python_of(folder), command)
        except OSError:  # a file is there by that name, but it does not run
            (folder / STAMP).unlink()
            return hand_over(python_of(set_up(is_test, is_window)), command)
    except (SetupError, OSError) as error:
        told = error if isinstance(error, SetupError) else explain(str(error))
        say(f"Jokegen could not start. {told.happened}\n{told.todo}")
        return 1
    except KeyboardInterrupt:
        say("\nSet-up was interrupted. Start again to go on: downloads are kept.")
        return 130


def say(text: str) -> None:
    if sys.stderr:  # pythonw.exe has none
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def hand_over(python: Path, command: "list[str]") -> int:
    """Become `python` where the system can do that, else wait for it."""
    if sys.platform == "win32":
        import signal
        import subprocess

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who took over
        return subprocess.call([str(python), *command])
    return os.execv(str(python), [str(python), *command])


def check_python(version: "tuple[int, int]", platform: str = sys.platform) -> None:
    if version >= PYTHON_NEEDED:
        return
    ways = {
        "win32": "Install one with `winget install Python.Python.3.12` or from python.org, and "
        "start again with `py -3.12 main.py`.",
        "darwin": "Install one with `brew install python@3.12` or from python.org, and start "
        "again with `python3.12 main.py`.",
        "linux": "Install one beside it (Debian, Ubuntu: `sudo apt install python3.11 "
        "python3.11-venv`; Fedora: `sudo dnf install python3.12`; Arch: `sudo pacman -S python`) "
        "and start again with it, for example `python3.11 main.py`.",
    }
    raise SetupError(
        "Jokegen needs Python {}.{} or newer, and this is {}.{}.".format(*PYTHON_NEEDED + version),
        ways.get(platform, ways["linux"]),
    )


# The environment and its stamp


def environment_folders() -> "list[Path]":
    """Where the environment may be: in the project or, if that cannot be written, in its data."""
    home = Path(os.path.expanduser("~"))
    if os.environ.get("JOKEGEN_HOME", "").strip():
        data = Path(os.environ["JOKEGEN_HOME"].strip()).expanduser().absolute()
    elif sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local") / "jokegen"
    elif sys.platform == "darwin":
        data = home / "Library/Application Support/jokegen"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "jokegen"
    return [PROJECT / ".venv", data / "environment"]


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def read_requirements(kind: str) -> "list[str]":
    """What pyproject.toml asks for; `kind` is "plain", or "test" for the tests' tools as well."""
    import tomllib

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["test"] if kind == "test" else []
    return [*project["dependencies"], *extra]


def fingerprint(kind: str, version: str) -> str:
    """All that an environment depends on, as one number."""
    import hashlib

    machine = os.environ.get("PROCESSOR_ARCHITECTURE")
    if sys.platform != "win32":
        machine = os.uname().machine
    facts = (1, read_requirements(kind), version, sys.platform, machine, str(PROJECT))
    return hashlib.sha256(ascii(facts).encode()).hexdigest()


def read_stamp(folder: Path) -> "tuple[str, str, str, str]":
    """Stage, kind, Python version and fingerprint: empty texts if there is no sound stamp."""
    try:
        stage, kind, version, digest = (folder / STAMP).read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return "", "", "", ""
    return stage, kind, version, digest


def write_stamp(folder: Path, stage: str, kind: str, version: str = OWN_VERSION) -> None:
    temporary = folder / (STAMP + ".new")
    with open(temporary, "w", encoding="ascii") as file:
        file.write(f"{stage} {kind} {version} {fingerprint(kind, version)}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(str(temporary), str(folder / STAMP))


def is_fitting(folder: Path, needs_test: bool, stages: "tuple[str, ...]") -> bool:
    stage, kind, version, digest = read_stamp(folder)
    if stage not in stages or (needs_test and kind != "test"):
        return False
    if not os.access(str(python_of(folder)), os.X_OK) or digest != fingerprint(kind, version):
        return False
    # Started with another Python than last time: no reason to make a sound environment anew.
    return version == OWN_VERSION or inspect(folder)[0] == version


# Set-up


def set_up(needs_test: bool, is_window: bool) -> Path:
    """Make or mend the environment, one start at a time."""
    import signal
    import time

    if sys.platform != "win32":  # whatever ends a set-up ends pip, too
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    began = time.monotonic()
    folder, lock = lock_environment()
    with lock:
        # Asked again: the start that had the lock before may have done all of it.
        if not is_fitting(folder, needs_test, (READY, INSTALLED)):
            install(folder, needs_test, lock)
            say("[4/4] Checking that the window can open…")
        if not is_fitting(folder, needs_test, (READY,)):
            check_qt(folder, is_window)
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    say(f"Ready after {f'{minutes} min ' if minutes else ''}{seconds} s.")
    return folder


def lock_environment() -> "tuple[Path, typing.IO[bytes]]":
    """The first folder that can be written, and its lock, which goes when its holders have gone."""
    problems = []
    for folder in environment_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open(folder / LOCK, "ab")  # noqa: SIM115 - the caller closes it
        except OSError as error:
            problems.append(f"{folder} ({error.strerror})")
            continue
        wait_for(lock)
        return folder, lock
    raise SetupError(
        f"There is no place for the environment: {' and '.join(problems)} cannot be written.",
        "Name a folder that can be, in the environment variable JOKEGEN_HOME, and start again.",
    )


def wait_for(lock: "typing.IO[bytes]") -> None:
    waiting = "Another start of Jokegen is at the set-up. Waiting for it to end…"
    if sys.platform == "win32":
        import msvcrt

        mode = msvcrt.LK_NBLCK
        while True:
            try:
                return msvcrt.locking(lock.fileno(), mode, 1)
            except OSError:
                if mode == msvcrt.LK_NBLCK:
                    say(waiting)
                mode = msvcrt.LK_LOCK  # gives up after ten seconds
    else:
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks


def install(folder: Path, needs_test: bool, lock: "typing.IO[bytes]") -> None:
    """Bring in what pyproject.toml names; into a new environment, unless this one is sound."""
    stage, old_kind, _, _ = read_stamp(folder)
    kind = "test" if needs_test or old_kind == "test" else "plain"
    (folder / LOG).write_bytes(b"")
    if stage == WORKING or inspect(folder)[0] != OWN_VERSION:
        say("Setting up Jokegen. This happens once and takes a while (about 1.5 GB; several more")
        say("where PyTorch brings the libraries for NVIDIA graphics cards)…")
        make_environment(folder, kind, lock)
    else:
        say("Bringing Jokegen's environment up to date…")
    requirements = read_requirements(kind)
    count = len({re.split(r"[^\w.-]", requirement)[0] for requirement in requirements})
    say(f"[2/4] Downloading and installing {count} packages and what they need…")
    write_stamp(folder, WORKING, kind)
    pip = PipOutput()
    # -I: neither PYTHONPATH nor the folder the user is in may pass for an installed package.
    options = ["-I", "-u", "-X", "utf8", "-m", "pip", "install", "--disable-pip-version-check"]
    options += ["--no-input", "--no-user", "--progress-bar", "off"]
    if run([python_of(folder), *options, *requirements], folder, lock, pip.read):
        if not pip.is_installing:  # nothing was touched: what is there is as good as before
            (folder / STAMP).unlink()
        misfit = MISFIT_SIGNS.search("".join(pip.lines))
        if misfit and misfit[1] and not NETWORK_SIGNS.search("".join(pip.lines)):
            # Whether the index could be reached at all is, without retries, told only on request.
            options += ["-vv", "--dry-run", "--no-deps", misfit[1]]
            run([python_of(folder), *options], folder, lock, pip.lines.append)
        raise explain("".join(pip.lines), folder)
    path = str(PROJECT)  # in ASCII: before Python 3.13 the encoding here depends on the locale
    line = path if path.isascii() else f"import sys; sys.path.append({path!a})"
    (Path(inspect(folder)[1]) / "jokegen-project.pth").write_text(line + "\n", encoding="ascii")
    if pip.is_installing and sys.platform != "win32":
        os.sync()  # the stamp must not reach the disk before the packages
    write_stamp(folder, INSTALLED, kind)


def make_environment(folder: Path, kind: str, lock: "typing.IO[bytes]") -> None:
    import importlib.util
    import shutil

    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SetupError(
            f"This Python {OWN_VERSION} comes without its modules venv and ensurepip.",
            f"Run `sudo apt install python{OWN_VERSION}-venv` and start again."
            if package_managers() == ["apt"]
            else "Install them, or another Python from python.org, and start again.",
        )
    free = shutil.disk_usage(folder).free / 1e9
    if free < GIGABYTES_NEEDED:
        raise SetupError(
            f"The disk is too full: the set-up takes at least {GIGABYTES_NEEDED} GB in {folder}, "
            f"and {free:.1f} GB are free.",
            "Free some space there and start again.",
        )
    write_stamp(folder, WORKING, kind)
    say(f"[1/4] Making the environment in {folder}…")
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name not in (STAMP, LOCK, LOG):
            entry.unlink()
    # Not `sys.executable`, which may be in the environment that was just removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    lines: list[str] = []
    if run([base, "-I", "-m", "venv", folder], folder, lock, lines.append):
        raise explain("".join(lines), folder)


class PipOutput:
    """Reads pip's output line by line and says what a person wants to know of it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_installing = False

    def read(self, line: str) -> None:
        self.lines.append(line)
        got = re.match(r"\s*(?:Downloading|Using cached|Processing) (\S+)( \(.+?B\))?", line)
        if got and not got[1].endswith(".metadata"):
            file = re.split(r"[/\\]", got[1])[-1]
            say(f"  getting {re.split(r'-[0-9]', file)[0]}{got[2] or ''}…")
        elif line.startswith("Installing collected packages:"):
            self.is_installing = True
            say(f"[3/4] Installing {line.count(',') + 1} packages, which takes some minutes…")
        elif "Retrying (Retry(" in line:
            say("  no answer from the network, trying again…")


def run(
    command: "list[Path | str]",
    folder: Path,
    lock: "typing.IO[bytes]",
    read: "typing.Callable[[str], None]",
) -> int:
    """Run a command to its end with its output in the log, handing each line to `read`."""
    import shutil
    import signal
    import subprocess

    # Downloads are unpacked in a folder of our own: /tmp is often a small disk in memory.
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    options: dict[str, typing.Any] = {"env": {"TMPDIR": str(temporary), **os.environ}}
    if sys.platform != "win32":
        # A group of its own, to be ended as one; and the lock holds for as long as one of it lives.
        options.update(start_new_session=True, pass_fds=(lock.fileno(),))
    options.update(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        with subprocess.Popen([str(word) for word in command], **options) as process:
            try:
                with open(folder / LOG, "ab", buffering=0) as log:
                    for line in process.stdout or ():
                        log.write(line)
                        read(line.decode("utf-8", "replace"))
            except BaseException:  # no need to be kind: the stamp says that nothing can be trusted
                if sys.platform == "win32":
                    process.kill()
                elif process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                raise
        return process.returncode
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def output_of(*command: "Path | str") -> "tuple[int, str]":
    import subprocess

    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape")


def inspect(folder: Path) -> "tuple[str, str]":
    """Python version and package folder of an environment; empty texts if it does not work."""
    code = "import pip, sys, sysconfig as s; print(*sys.version_info[:2], sep='.', end='|');"
    code += "print(s.get_path('purelib'))"
    status, text = output_of(python_of(folder), "-I", "-X", "utf8", "-c", code)
    version, _, packages = text.strip().rpartition("\n")[2].partition("|")
    return ("", "") if status else (version, packages)


def explain(text: str, folder: "Path | None" = None) -> SetupError:
    """What the output of a failed command, or the text of an OSError, means."""
    look = f" All of the output is in {folder / LOG}." if folder else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or ["no reason was given"]
    last = [line for line in lines if "error" in line.lower()][-1:] or lines[-1:]
    misfit = MISFIT_SIGNS.search(text)
    if DISK_SIGNS.search(text):
        todo = f"Free some space (the set-up takes at least {GIGABYTES_NEEDED} GB) and start again."
        return SetupError("The disk is full.", todo + look)
    if NETWORK_SIGNS.search(text):  # asked first: a firewall may well answer “Permission denied”
        todo = "Check the internet connection (and the proxy, if there is one) and start again."
        return SetupError("The packages cannot be downloaded: there is no connection.", todo + look)
    if PERMISSION_SIGNS.search(text):
        todo = "Allow yourself to write there, or move Jokegen's folder, and start again."
        return SetupError(f"The system does not permit it: {last[0]}", todo + look)
    if misfit:
        what = misfit[1] or "the packages"
        todo = "Start again with another Python (a 64-bit Python 3.12 is a safe choice)."
        return SetupError(f"No fitting version of {what} for Python {OWN_VERSION}.", todo + look)
    return SetupError(f"Something failed: {last[0]}", "Put that right and start again." + look)


# System libraries


def check_qt(folder: Path, is_window: bool) -> None:
    """Stamp the environment as ready, or tell what Qt misses: an error if a window is wanted."""
    status, text = output_of(
        python_of(folder), "-I", "-c", "import PySide6.QtWidgets, PySide6.QtSvg"
    )
    missing: set[str] = set(MISSING_LIBRARY.findall(text))
    missing_for_x11: set[str] = set()
    if sys.platform == "linux":
        qt = Path(inspect(folder)[1]) / "PySide6"
        missing |= missing_libraries(folder, *qt.glob("QtWidgets.*so"), *qt.glob("QtSvg.*so"))
        missing_for_x11 = missing_libraries(folder, *qt.glob("Qt/plugins/platforms/libqxcb.so"))
    if missing or missing_for_x11:
        names = ", ".join(sorted(missing | missing_for_x11))
        todo = f"Install them and start again: {install_lines(missing | missing_for_x11)}"
        problem = SetupError(f"Qt, which draws the window, misses system libraries: {names}.", todo)
    elif status:
        problem = explain(text)
        if sys.platform == "win32":
            problem.todo = "Install the Microsoft Visual C++ Redistributable and start again."
    else:
        _, kind, version, _ = read_stamp(folder)
        write_stamp(folder, READY, kind, version)
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    has_x11 = "xcb" in platform or not (platform or os.environ.get("WAYLAND_DISPLAY"))
    if is_window and (status or missing or has_x11):
        raise problem
    say(f"A warning, since not everything needs a window: {problem.happened}\n{problem.todo}")


def missing_libraries(folder: Path, *files: Path) -> "set[str]":
    import shutil

    found = set()
    for file in files:
        load = f"import ctypes; ctypes.CDLL({str(file)!r})"
        by_loading = (python_of(folder), "-I", "-c", load)  # names the first one only
        _, text = output_of("ldd", file) if shutil.which("ldd") else output_of(*by_loading)
        found.update(MISSING_LIBRARY.findall(text))
    return found


def package_managers(os_release: "str | None" = None) -> "list[str]":
    """The package manager of this distribution, or all of them if it is an unknown one."""
    if os_release is None:
        try:
            os_release = Path("/etc/os-release").read_text(encoding="utf-8")
        except OSError:
            os_release = ""
    own = set(re.findall(r"\w+", " ".join(re.findall(r"^ID(?:_LIKE)?=(.*)", os_release, re.M))))
    return [name for name, facts in MANAGERS.items() if own & set(facts[1].split())] or [*MANAGERS]


def install_lines(libraries: "set[str]", os_release: "str | None" = None) -> str:
    """The command that installs the packages of these libraries."""
    table = {line.split()[0]: line.split()[1:] for line in LIBRARY_PACKAGES.split("\n") if line}
    names: dict[str, set[str]] = {manager: set() for manager in MANAGERS}
    for library in libraries:
        stem, _, number = library.partition(".so.")
        debian = f"{stem}{'-' if stem[-1].isdigit() else ''}{number}".lower().replace("_", "-")
        general = ["libxcb", "libxcb"] if stem.startswith("libxcb") else [library, library]
        dnf, pacman, *exception = table.get(stem, general)
        names["apt"].add(exception[0] if exception else debian)
        names["dnf"].add(dnf)
        names["pacman"].add(pacman)
    managers = package_managers(os_release)
    lines = {name: " ".join([MANAGERS[name][2], *sorted(names[name])]) for name in managers}
    if len(managers) == 1:
        return f"`{lines[managers[0]]}`"
    return "".join(f"\n  {MANAGERS[name][0]}: {line}" for name, line in lines.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
