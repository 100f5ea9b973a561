"""Where content comes from: a source that fails, or is none, leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from typing import Any

from remote_store.capabilities import Capability
from remote_store.conformance.laws.registry import claim, law, raised_by
from remote_store.store import Store

READ, WRITE, LIST = Capability.READ, Capability.WRITE, Capability.LIST


class SourceBrokeError(Exception):
    """Raised by a source half way."""


class _Breaking(BytesIO):
    """Gives some bytes, then fails."""

    def __init__(self, good: int) -> None:
        super().__init__(b"g" * good)

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(min(size, 1000) if size is not None and size > 0 else 1000)
        if not piece:
            raise SourceBrokeError("half way")
        return piece


def contents(store: Store) -> dict[str, bytes]:
    """All files with their contents."""
    return {str(file): store.read_bytes(file) for file in store.list_files("", recursive=True)}


def writers(store: Store) -> Iterator[Callable[..., Any]]:
    """The methods that take a source."""
    yield store.write
    if store.supports(Capability.ATOMIC_WRITE):
        yield store.write_atomic


@law("source.raises", "WRITE-007", READ, WRITE, LIST)
def a_source_that_raises_publishes_nothing(store: Store) -> int:
    """A source that raises publishes nothing, and its own error is what the caller gets."""
    store.write("old", b"old")
    before, hits = (contents(store), _folders(store)), 0
    for write in writers(store):
        for path, overwrite in (("new", False), ("old", True), ("deep/er/new", False), ("new", True)):
            for good in (0, 10, 3_000_000 if not hits else 5000):
                said = f"{write.__name__}({path!r}, overwrite={overwrite}) of a source that raises after {good} bytes"
                raised = raised_by(write, path, _Breaking(good), overwrite=overwrite)
                claim(isinstance(raised, SourceBrokeError), f"{said} raised {raised!r}")
                claim(contents(store) == before[0], f"{said} left {sorted(contents(store))}")
                hits += 1
    claim(_folders(store) <= before[1] | {"deep", "deep/er"}, f"folders appeared: {sorted(_folders(store))}")
    return hits


def _folders(store: Store) -> set[str]:
    return {str(folder) for folder in store.list_folders("", max_depth=9)}


@law("source.text", "WRITE-006", READ, WRITE, LIST)
def text_is_no_content(store: Store) -> int:
    """A str, a text stream or anything else that is no binary content is a TypeError and changes nothing."""
    store.write("old", b"old")
    hits = 0
    for write in writers(store):
        for content in ("text", StringIO("text"), None, 5, ["x"], object()):
            for path, overwrite in (("new", False), ("old", True)):
                raised = raised_by(write, path, content, overwrite=overwrite)
                said = f"{write.__name__}({path!r}, {type(content).__name__}, overwrite={overwrite})"
                claim(isinstance(raised, TypeError), f"{said} raised {raised!r}, not TypeError")
                claim(contents(store) == {"old": b"old"}, f"{said} left {sorted(contents(store))}")
                hits += 1
    return hits


@law("source.position", "WRITE-006", READ, WRITE)
def a_stream_is_read_from_where_it_stands(store: Store) -> int:
    """A stream is read from where it stands, to its end, however short its reads come, and is not closed."""
    hits = 0
    for write in writers(store):
        stream = BytesIO(b"0123456789" * 30_000)
        stream.seek(7)
        result = write(f"at{hits}", stream)
        claim(store.read_bytes(f"at{hits}") == stream.getvalue()[7:], f"{write.__name__} did not take the rest")
        claim(result.size == 299_993, f"{write.__name__} tells a size of {result.size}, not 299993")
        claim(not stream.closed, f"{write.__name__} closed the caller's stream")
        hits += 1
    return hits
