"""Counts of a daemon's allocations and system calls, from a library that is preloaded into it."""

import mmap
import os
import struct

from cluster import setting

SLOT = struct.Struct("=24sQ")  # `counter` of tests/support/count_calls.cpp


def sanitized():
    """True if the program was built with a sanitizer, which brings an allocator of its own."""
    with open(setting("TOKENLEDGERD"), "rb") as program:
        text = program.read()
    return any(mark in text for mark in (b"__asan_init", b"__tsan_init"))


def library():
    """The library from the same build as the program."""
    build = os.path.dirname(os.path.dirname(os.path.abspath(setting("TOKENLEDGERD"))))
    file = os.path.join(build, "tests", "libtokenledger_count_calls.so")
    if not os.path.isfile(file):  # the loader would only warn and go on
        raise RuntimeError(f"{file} is not there; build the target tokenledger_count_calls")
    return file


class Counts:
    """The counters of one process, which is started with `environment`."""

    def __init__(self, directory):
        self.file = os.path.join(directory, "counts")
        self.environment = {"LD_PRELOAD": library(), "TOKENLEDGER_COUNTS": self.file}
        self._map = None

    def read(self):
        """The current value of every counter, by name. Reading does not disturb the process."""
        if self._map is None:
            with open(self.file, "rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        slots = [SLOT.unpack_from(self._map, at) for at in range(0, len(self._map), SLOT.size)]
        return {name.rstrip(b"\0").decode("ascii"): count for name, count in slots}

    def close(self):
        if self._map is not None:
            self._map.close()
