"""Memory that a process keeps from step to step, instead of giving it back and asking again.

Every page that the system hands out is cleared first and mapped when it is touched; on a virtual
machine that costs more than the arithmetic with what is in it. Measured on 2 virtual cores with a
fifth of the starter model: 120,000 page faults a step, and 10 to 15% of its processor time.
"""

from __future__ import annotations

import ctypes
import logging
import platform

log = logging.getLogger(__name__)

# From the GNU C library's malloc.h.
_TRIM_THRESHOLD, _TOP_PAD, _MOST_MAPS = -1, -2, -4
_NEVER = 2**31 - 1
_AHEAD = 2**26


def keep_memory() -> bool:
    """Let this process keep what it frees, for its whole life; False where that cannot be told."""
    if platform.libc_ver()[0] != "glibc":
        return False
    try:
        tell = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    wishes = ((_MOST_MAPS, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _AHEAD))
    is_told = all(tell(what, value) == 1 for what, value in wishes)
    log.info("freed memory is %s", "kept" if is_told else "given back")
    return is_told
