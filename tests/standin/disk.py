"""Disks that fail, for real processes: a small one, and one that refuses what it is told to.

The second is a library that is loaded before the system's own (LD_PRELOAD). It stands between the
program, SQLite included, and every write into one folder.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONG 4096

/* 0: leave it alone. 1: write one byte, or of what is long one page. Else: fail with that errno. */
static int ordered(int fd) {
    const char *folder = getenv("DISK_FOLDER"), *order = getenv("DISK_ORDER");
    char link[64], path[4096], text[16] = "";
    if (!folder || !order) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder))) return 0;
    int file = open(order, O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atoi(text);
}

#define WEAK(type, name, params, args)                                   \
    ssize_t name params {                                                \
        static type real;                                                \
        if (!real) real = (type)dlsym(RTLD_NEXT, #name);                 \
        int order = ordered(fd);                                         \
        if (order > 1) { errno = order; return -1; }                     \
        if (order == 1 && size > 1) size = size > LONG ? LONG : 1;       \
        return real args;                                                \
    }

typedef ssize_t (*writes)(int, const void *, size_t);
typedef ssize_t (*pwrites)(int, const void *, size_t, off_t);
typedef ssize_t (*pwrites64)(int, const void *, size_t, off64_t);
WEAK(writes, write, (int fd, const void *data, size_t size), (fd, data, size))
WEAK(pwrites, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WEAK(pwrites64, pwrite64, (int fd, const void *data, size_t size, off64_t at),
     (fd, data, size, at))
"""
ONE_BYTE = 1
FULL, READ_ONLY, BROKEN = errno.ENOSPC, errno.EROFS, errno.EIO


class WeakDisk:
    """Orders to the writes into ``folder``; ``environment`` is what the process must be given."""

    def __init__(self, folder: Path, order: Path) -> None:
        self._order = order
        self.environment = {
            "LD_PRELOAD": str(library()),
            "DISK_FOLDER": str(folder.resolve()),
            "DISK_ORDER": str(order),
        }

    def fail(self, how: int) -> None:
        """Let every write fail with an errno, or with ``ONE_BYTE`` write one byte only."""
        new = self._order.with_suffix(".new")
        new.write_text(str(how))
        new.replace(self._order)

    def heal(self) -> None:
        self._order.unlink(missing_ok=True)


def can_weaken() -> bool:
    """Tell whether this machine has a C compiler and a loader that takes the library."""
    return bool(shutil.which("cc")) and Path("/proc/self/fd").is_dir()


@cache
def library() -> Path:
    """Compile the library once in this process."""
    folder = Path(mkdtemp(prefix="disk-"))
    source, made = folder / "disk.c", folder / "disk.so"
    source.write_text(SHIM)
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return made


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[bool]:
    """Mount a file system in memory of a size such as ``24m``; False where this user may not."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(folder)]
    if os.geteuid() or not mount or subprocess.run(command, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, how: str) -> None:
    """Mount again as ``ro`` or ``rw``."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write a file until the disk is full, and return it."""
    path = folder / "pengisi"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    return path
