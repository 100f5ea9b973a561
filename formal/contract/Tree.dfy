include "Paths.dfy"

// The state: one tree, the same for every backend.
module Tree {
  import opened Opaque
  import opened Paths

  // A file: what was written, how many bytes that is, and the user's metadata, None where there is none.
  datatype FileData = FileData(content: Blob, size: nat, meta: Opt<Meta>)

  // What is at a path.  Every path has a node: where nothing is, the node is void.  `kept` says that the folder
  // stays when it is empty; a node may be file and folder at once, because on some media it may.
  datatype Node = Node(file: Opt<FileData>, kept: bool, kids: map<Name, Node>)

  const Void := Node(None, false, map[])

  // The store before anything has happened: the root is a folder, always.
  const Empty := Node(None, true, map[])

  predicate FileHere(t: Node) { t.file.Some? }

  predicate FolderHere(t: Node) { t.kept || t.kids != map[] }

  predicate NothingHere(t: Node) { !FileHere(t) && !FolderHere(t) }

  function Kid(t: Node, x: Name): Node {
    if x in t.kids then t.kids[x] else Void
  }

  function {:tailrecursion false} At(t: Node, p: Path): Node
    decreases p
  {
    match p
    case Here => t
    case In(x, rest) => At(Kid(t, x), rest)
  }

  // Whether the path goes through a file: one of its folders is (also) a file.
  predicate {:tailrecursion false} ThroughFile(t: Node, p: Path)
    decreases p
  {
    p.In? && p.rest.In? && (FileHere(Kid(t, p.name)) || ThroughFile(Kid(t, p.name), p.rest))
  }

  // The one edit: `node` takes the place of what is at `p`.  With `keep` the folders on the way are kept from now on.
  // A void node is never stored, so that putting Void removes, and so that folders which hold nothing and are not
  // kept go with it.
  function {:tailrecursion false} Graft(t: Node, p: Path, node: Node, keep: bool): Node
    decreases p
  {
    match p
    case Here => node
    case In(x, rest) => WithKid(t, x, Graft(Kid(t, x), rest, node, keep), keep)
  }

  function WithKid(t: Node, x: Name, kid: Node, keep: bool): Node {
    Node(t.file, t.kept || keep,
         if !NothingHere(kid) then t.kids[x := kid] else if x in t.kids then t.kids - {x} else t.kids)
  }

  // A file appears or is replaced; its folders appear.
  function PutFile(t: Node, p: Path, file: FileData, keep: bool): Node {
    Graft(t, p, At(t, p).(file := Some(file)), keep)
  }

  // The file goes, what is below the path stays.
  function CutFile(t: Node, p: Path): Node {
    Graft(t, p, At(t, p).(file := None), false)
  }

  // The folder goes with all below, a file at the path itself stays.
  function CutFolder(t: Node, p: Path): Node {
    Graft(t, p, Node(At(t, p).file, false, map[]), false)
  }

  // An empty folder appears; only to rebuild a state that was observed.
  function PutFolder(t: Node, p: Path): Node {
    Graft(t, p, At(t, p).(kept := true), true)
  }

  // All nodes below, within the depth, by their path from here.
  function Entries(t: Node, depth: Depth): map<Path, Node>
    decreases t, 0
  {
    Lift(map x | x in t.kids :: Subtree(t.kids[x], depth))
  }

  // A node and all below it.
  function Subtree(t: Node, depth: Depth): map<Path, Node>
    decreases t, 1
  {
    if t.kids == map[] || depth == Levels(0) then
      map[Here := t]
    else
      Entries(t, if depth.Unlimited? then depth else Levels(depth.more - 1))[Here := t]
  }

  // Paths from the children become paths from their parent.
  function Lift<T>(subtrees: map<Name, map<Path, T>>): map<Path, T> {
    map x, p | x in subtrees && p in subtrees[x] :: In(x, p) := subtrees[x][p]
  }
}
