"""Removing a folder with all below, whatever others do in it meanwhile."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from contextlib import suppress

from remote_store.backends._beneath import LIST, Place
from remote_store.backends._local_write import fail

__all__ = ["remove_below"]

_PATIENCE = 10


def remove_below(place: Place, name: str) -> None:
    """Remove a folder with all below; links are removed, not followed, whoever swaps them in meanwhile."""
    for _ in range(_PATIENCE):
        folders: list[tuple[str, ...]] = [(name,)]
        for names in folders:  # grows meanwhile
            with suppress(FileNotFoundError), _descend(place, names) as folder, os.scandir(folder.fd) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append((*names, entry.name))
                    else:
                        with suppress(FileNotFoundError):
                            os.unlink(entry.name, dir_fd=folder.fd)
        try:
            for *above, last in reversed(folders[1:]):
                with suppress(FileNotFoundError), _descend(place, above) as folder:
                    os.rmdir(last, dir_fd=folder.fd)
            with suppress(FileNotFoundError):
                os.rmdir(name, dir_fd=place.fd)
            return
        except OSError as exc:  # a write that had begun before the removal has ended in there
            if exc.errno != errno.ENOTEMPTY:
                raise
    raise fail(errno.ENOTEMPTY, name)


def _descend(place: Place, names: Sequence[str]) -> Place:
    """The folder reached by these names, none of which may be a link; held open."""
    fd = place.open(names[0], LIST)
    for name in names[1:]:
        try:
            below = os.open(name, LIST.flags | os.O_NOFOLLOW, dir_fd=fd)
        finally:
            os.close(fd)
        fd = below
    return Place("", fd, names[-1])
