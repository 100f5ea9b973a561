include "Opaque.dfy"

// Where things are: a path is the list of the names to follow, from the top.
module Paths {
  import opened Opaque

  // A cons-list rather than a sequence: recursion on it is induction, and `rest` costs nothing at run time.
  datatype Path = Here | In(name: Name, rest: Path)

  // What a caller passes: text either names a path or it does not.
  datatype Arg = Good(path: Path) | Bad

  function Length(p: Path): nat {
    match p
    case Here => 0
    case In(_, rest) => 1 + Length(rest)
  }

  // `q` as seen from `p`, seen from the root.
  function Join(p: Path, q: Path): Path {
    match p
    case Here => q
    case In(x, rest) => In(x, Join(rest, q))
  }

  // `q` is `p` or below it.
  predicate Covers(p: Path, q: Path) {
    match p
    case Here => true
    case In(x, rest) => q.In? && q.name == x && Covers(rest, q.rest)
  }

  // `q` is below `p`: `p` is one of its folders.
  predicate Above(p: Path, q: Path) {
    p != q && Covers(p, q)
  }

  function LastName(p: Path): Name
    requires p.In?
  {
    if p.rest.Here? then p.name else LastName(p.rest)
  }

  // How far down a listing goes: 0 is directly inside, 1 is one level more.
  datatype Depth = Levels(more: nat) | Unlimited

  // Whether a path relative to the listed folder is within the depth.
  predicate Within(p: Path, depth: Depth) {
    depth.Unlimited? || Length(p) <= depth.more + 1
  }

  // A glob is a pattern for a whole relative path, segment by segment; `Any` is `**`, any number of folders.
  datatype Glob = End | One(pattern: Pattern, tail: Glob) | Any(tail: Glob)

  // A final `**` stands for at least one name, because a glob matches files and never a folder itself.
  predicate {:tailrecursion false} Fits(g: Glob, p: Path)
    decreases p, g
  {
    match g
    case End => p.Here?
    case One(pattern, tail) => p.In? && pattern(p.name) && Fits(tail, p.rest)
    case Any(tail) => (if tail.End? then p.In? else Fits(tail, p)) || (p.In? && Fits(g, p.rest))
  }
}
