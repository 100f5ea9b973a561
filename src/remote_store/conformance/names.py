"""Names, spellings and contents that storage media are known to get wrong."""

from __future__ import annotations

__all__ = ["ALIASES", "CONTENTS", "INVALID", "NASTY", "PLAIN", "TWINS"]

PLAIN = ("a", "ab", "b", "d", "f.txt")

NASTY = (
    " a",
    "a ",
    "a  b",
    "#",
    "a#b",
    "?",
    "?x=1",
    "%41",
    "%2F",
    "%",
    "a%b",
    "*",
    "**",
    "[0]",
    "[a-z]",
    "{a,b}",
    "a+b",
    "a&b",
    "'",
    '"',
    "`id`",
    "$HOME",
    "~",
    "-rf",
    "_",
    "a_b",
    "axb",
    "...",
    "..a",
    "a..",
    "a.",
    ".hidden",
    ".tmp-a",
    "a.tmp",
    "a:b",
    "<a>",
    "a|b",
    "a\nb",
    "a\tb",
    "\x01",
    "\x7f",
    "A",
    "CON",
    "null",
    "caf\u00e9",
    "cafe\u0301",
    "\u65e5\u672c",
    "\U0001f600",
    "\u202ea",
    "\ufeff",
    "\ufb01",
    "x" * 255,
    "x" * 256,
    "\u00e9" * 127,
)
"""Plain characters, all of them. (PATH-006)"""

TWINS = {
    "a": ("ab", "A", "a ", " a", "%61", "?", "*", "[a]", "a."),
    "ab": ("a", "a*", "a?", "abc"),
    "b": ("ab", "B", "[b]"),
    "a_b": ("axb", "a%b", "a_"),
    "axb": ("a_b", "a%b"),
    "[0]": ("0",),
    "*": ("a", "**"),
    "?": ("a", "%3F"),
    "%41": ("A", "%2541"),
    "caf\u00e9": ("cafe\u0301", "cafe"),
    "cafe\u0301": ("caf\u00e9", "cafe"),
    "f.txt": ("f.tx", "f.txt~", "fXtxt", "F.TXT", ".f.txt", "f.txt.tmp"),
}
"""Names that a medium which decodes, globs, strips or folds would take for one another."""

ALIASES = ("/{}", "{}/", "//{}", "./{}", "{}/.", "/./{}//")
"""Other spellings of one key. (PATH-001)"""

INVALID = ("..", "../a", "a/../b", "a/..", "/..", "a\\..\\b", "..\\a", "a\0b", "\0", "./../a", "\ud800")
"""Text that names no path. (PATH-002)"""

CONTENTS = (
    b"",
    b"0",
    b"one\n",
    "caf\u00e9 \U0001f600".encode(),
    b"\x00\xff\r\n\x1a",
    b"hello, world",
    bytes(range(256)),
    b"long " * 4001,
)
