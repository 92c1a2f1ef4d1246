"""`python -m jokegen` and the installed `jokegen` command: the window, or a command."""

from __future__ import annotations

import sys


def main() -> int:
    """With arguments the command line, without any the window; returns the exit code."""
    if len(sys.argv) > 1:
        from jokegen.cli import main as command_line

        return command_line(sys.argv[1:])
    from jokegen.app import main as window

    return window()


if __name__ == "__main__":
    sys.exit(main())
