include "Operations.dfy"
include "Outcomes.dfy"

// What every operation means.  `Check`, `Next` and `Answer` make the canonical outcome and the new state (`Apply`);
// `May` and `Judge` say what else a backend may show.
module Semantics {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles
  import opened Operations
  import opened Outcomes

  // What stands in the way of an operation.  `RefuseOr` is freedom: with `also` the store is right as well.
  datatype Obstacle = Clear | Refuse(error: Error) | RefuseOr(error: Error, also: Error)

  predicate Names(o: Obstacle, e: Error) {
    match o
    case Clear => false
    case Refuse(error) => e == error
    case RefuseOr(error, also) => e == error || e == also
  }

  // --- What each argument must be

  // An operation on a file.  Where folders are implied a store may not see a folder that is in its way.
  function NeedsFile(pr: Profile, t: Node, arg: Arg): Obstacle {
    if arg.Bad? || arg.path.Here? then Refuse(InvalidPath) else
    var node := At(t, arg.path);
    if FileHere(node) then Clear
    else if !FolderHere(node) then Refuse(NotFound)
    else if pr.implied then RefuseOr(InvalidPath, NotFound)
    else Refuse(InvalidPath)
  }

  // A place for a file.
  function NeedsRoom(pr: Profile, t: Node, arg: Arg, overwrite: bool): Obstacle {
    if arg.Bad? || arg.path.Here? then Refuse(InvalidPath) else
    var node := At(t, arg.path);
    if FileHere(node) then (if overwrite then Clear else Refuse(AlreadyExists))
    else if pr.clash then Clear
    else if FolderHere(node) || ThroughFile(t, arg.path) then Refuse(InvalidPath)
    else Clear
  }

  // An operation on a folder.
  function NeedsFolder(t: Node, arg: Arg): Obstacle {
    if arg.Bad? then Refuse(InvalidPath) else
    var node := At(t, arg.path);
    if FolderHere(node) then Clear
    else if FileHere(node) then Refuse(InvalidPath)
    else Refuse(NotFound)
  }

  // Nothing but text that names a path.
  function NeedsPath(arg: Arg): Obstacle {
    if arg.Bad? then Refuse(InvalidPath) else Clear
  }

  // Where nothing is, `missing_ok` asks for nothing.
  function Excused(o: Obstacle, missingOk: bool): Obstacle {
    if !missingOk then o
    else if o == Refuse(NotFound) then Clear
    else if o.RefuseOr? && o.also.NotFound? then Refuse(o.error)
    else o
  }

  function NeedsRemovable(t: Node, arg: Arg, recursive: bool, missingOk: bool): Obstacle {
    if arg.Bad? || arg.path.Here? then Refuse(InvalidPath) else
    var folder := NeedsFolder(t, arg);
    if folder.Clear? && !recursive && At(t, arg.path).kids != map[] then Refuse(DirectoryNotEmpty)
    else Excused(folder, missingOk)
  }

  // --- The obstacles of an operation, in the canonical order: capability, source, destination

  function Ability(pr: Profile, op: Op): Obstacle {
    if Capable(pr, op) then Clear else Refuse(CapabilityNotSupported)
  }

  function Source(pr: Profile, t: Node, op: Op): Obstacle {
    match op
    case Exists(p) => NeedsPath(p)
    case IsFile(p) => NeedsPath(p)
    case IsFolder(p) => NeedsPath(p)
    case Read(p) => NeedsFile(pr, t, p)
    case Write(p, _, overwrite, _) => NeedsRoom(pr, t, p, overwrite)
    case Delete(p, missingOk) => Excused(NeedsFile(pr, t, p), missingOk)
    case DeleteFolder(p, recursive, missingOk) => NeedsRemovable(t, p, recursive, missingOk)
    case ListFiles(p, _, _) => NeedsPath(p)
    case ListFolders(p, _, _) => NeedsPath(p)
    case IterChildren(p) => NeedsPath(p)
    case GlobFiles(_) => Clear
    case GetFileInfo(p) => NeedsFile(pr, t, p)
    case Head(p) => NeedsFile(pr, t, p)
    case GetFolderInfo(p, _) => NeedsFolder(t, p)
    case Move(p, _, _) => NeedsFile(pr, t, p)
    case Copy(p, _, _) => NeedsFile(pr, t, p)
  }

  // Moving or copying a file onto itself asks nothing of the destination: it is the source.
  function Destination(pr: Profile, t: Node, op: Op): Obstacle {
    if (op.Move? || op.Copy?) && op.path != op.dst then NeedsRoom(pr, t, op.dst, op.overwrite) else Clear
  }

  // --- The canonical outcome

  function Check(pr: Profile, t: Node, op: Op): Opt<Error> {
    var ability := Ability(pr, op);
    if !ability.Clear? then Some(ability.error) else
    var source := Source(pr, t, op);
    if !source.Clear? then Some(source.error) else
    var destination := Destination(pr, t, op);
    if !destination.Clear? then Some(destination.error) else None
  }

  // The state after an operation that nothing stands in the way of.
  function Next(pr: Profile, t: Node, op: Op): Node
    requires Check(pr, t, op).None?
  {
    match op
    case Write(p, file, _, _) => PutFile(t, p.path, file, !pr.implied)
    case Delete(p, _) => if FileHere(At(t, p.path)) then CutFile(t, p.path) else t
    case DeleteFolder(p, _, _) => if FolderHere(At(t, p.path)) then CutFolder(t, p.path) else t
    case Move(p, dst, _) => if p == dst then t else CutFile(CopyFile(pr, t, p.path, dst.path), p.path)
    case Copy(p, dst, _) => if p == dst then t else CopyFile(pr, t, p.path, dst.path)
    case _ => t
  }

  function CopyFile(pr: Profile, t: Node, src: Path, dst: Path): Node
    requires FileHere(At(t, src))
  {
    PutFile(t, dst, At(t, src).file.value, !pr.implied)
  }

  // What an operation tells when nothing stands in its way.
  function Answer(pr: Profile, t: Node, op: Op): Value
    requires Check(pr, t, op).None?
  {
    match op
    case Exists(p) => Truth(!NothingHere(At(t, p.path)))
    case IsFile(p) => Truth(FileHere(At(t, p.path)))
    case IsFolder(p) => Truth(FolderHere(At(t, p.path)))
    case Read(p) => Content(At(t, p.path).file.value.content)
    case Write(_, file, _, _) => InfoOf(file)
    case ListFiles(p, depth, pattern) => Files(FilesIn(Entries(At(t, p.path), depth), pattern))
    case ListFolders(p, depth, pattern) => Folders(FoldersIn(Entries(At(t, p.path), depth), pattern))
    case IterChildren(p) =>
      var entries := Entries(At(t, p.path), Levels(0));
      Children(FilesIn(entries, None), FoldersIn(entries, None))
    case GlobFiles(glob) => Files(FilesFitting(Entries(t, Unlimited), glob))
    case GetFileInfo(p) => InfoOf(At(t, p.path).file.value)
    case Head(p) => InfoOf(At(t, p.path).file.value)
    case GetFolderInfo(p, depth) =>
      var files := FilesIn(Entries(At(t, p.path), depth), None);
      Totals(|files|, Sum(files))
    case _ => Done
  }

  function InfoOf(file: FileData): Value {
    Info(file.size, file.meta)
  }

  function SizeOf(t: Node): nat {
    if FileHere(t) then t.file.value.size else 0
  }

  predicate Chosen(p: Path, pattern: Opt<Pattern>) {
    pattern.None? || (p.In? && pattern.value(LastName(p)))
  }

  function FilesIn(entries: map<Path, Node>, pattern: Opt<Pattern>): map<Path, nat> {
    map p | p in entries && FileHere(entries[p]) && Chosen(p, pattern) :: SizeOf(entries[p])
  }

  function FoldersIn(entries: map<Path, Node>, pattern: Opt<Pattern>): map<Path, ()> {
    map p | p in entries && FolderHere(entries[p]) && Chosen(p, pattern) :: ()
  }

  function FilesFitting(entries: map<Path, Node>, glob: Glob): map<Path, nat> {
    map p | p in entries && FileHere(entries[p]) && Fits(glob, p) :: SizeOf(entries[p])
  }

  // --- What a backend may show

  // The canonical outcome and the state after it.
  function Apply(pr: Profile, t: Node, op: Op): (Node, Outcome) {
    var error := Check(pr, t, op);
    if error.Some? then (t, Fail(error.value)) else (Next(pr, t, op), Ok(Answer(pr, t, op)))
  }

  // Whether an error is right: something that it names stands in the way.
  predicate May(pr: Profile, t: Node, op: Op, e: Error) {
    Names(Ability(pr, op), e) || Names(Source(pr, t, op), e) || Names(Destination(pr, t, op), e)
  }

  // Where a store may not see a folder, a delete that tolerates a missing file may do nothing.
  predicate MayIdle(pr: Profile, t: Node, op: Op) {
    op.Delete? && op.missingOk && Capable(pr, op) && NeedsFile(pr, t, op.path) == RefuseOr(InvalidPath, NotFound)
  }

  // Whether an outcome that was observed is right.
  predicate Judge(pr: Profile, t: Node, op: Op, observed: Outcome) {
    match observed
    case Fail(e) => May(pr, t, op, e)
    case Ok(value) => if MayIdle(pr, t, op) then value == Done else Apply(pr, t, op).1 == observed
  }
}
