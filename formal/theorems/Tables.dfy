include "Kinds.dfy"
include "../contract/Semantics.dfy"

// The error table of the contract, stated over what is at a path and independently of the functions that the model
// uses, and that the model allows exactly these errors.
module Tables {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles
  import opened Operations
  import opened Outcomes
  import opened Semantics
  import opened Invariant
  import opened Trees
  import opened Kinds

  // --- The columns

  ghost predicate IsRoot(arg: Arg) { arg == Good(Here) }

  // Why a question about a path is refused.
  ghost predicate PathColumn(arg: Arg, e: Error) { e == InvalidPath && arg.Bad? }

  // Why an operation on a file refuses: `e` is right for what `arg` names.
  ghost predicate FileColumn(pr: Profile, t: Node, arg: Arg, e: Error) {
    match e
    case InvalidPath => arg.Bad? || IsRoot(arg) || OnlyFolderAt(t, arg.path)
    case NotFound => arg.Good? && !IsRoot(arg) && (NothingAt(t, arg.path) || (pr.implied && OnlyFolderAt(t, arg.path)))
    case _ => false
  }

  // Why no file can be put there.
  ghost predicate RoomColumn(pr: Profile, t: Node, arg: Arg, overwrite: bool, e: Error) {
    match e
    case InvalidPath =>
      arg.Bad? || IsRoot(arg) || (!pr.clash && (OnlyFolderAt(t, arg.path) || BelowFile(t, arg.path)))
    case AlreadyExists => arg.Good? && !IsRoot(arg) && IsFileAt(t, arg.path) && !overwrite
    case _ => false
  }

  // Why a folder cannot be counted.
  ghost predicate FolderColumn(t: Node, arg: Arg, e: Error) {
    match e
    case InvalidPath => arg.Bad? || (IsFileAt(t, arg.path) && !IsFolderAt(t, arg.path))
    case NotFound => arg.Good? && NothingAt(t, arg.path)
    case _ => false
  }

  // Why a folder is not removed.
  ghost predicate RemoveColumn(t: Node, arg: Arg, recursive: bool, missingOk: bool, e: Error) {
    match e
    case InvalidPath => arg.Bad? || IsRoot(arg) || (IsFileAt(t, arg.path) && !IsFolderAt(t, arg.path))
    case NotFound => arg.Good? && !IsRoot(arg) && NothingAt(t, arg.path) && !missingOk
    case DirectoryNotEmpty => arg.Good? && !IsRoot(arg) && !recursive && SomethingBelow(t, arg.path)
    case _ => false
  }

  ghost predicate SomethingBelow(t: Node, p: Path) {
    exists q: Path :: Above(p, q) && !NothingAt(t, q)
  }

  // The capability that is missing.
  ghost predicate Incapable(pr: Profile, op: Op) {
    match op
    case Exists(_) | IsFile(_) | IsFolder(_) => false
    case Read(_) => Reading !in pr.capabilities
    case Write(_, file, _, atomic) =>
      || (atomic && AtomicWriting !in pr.capabilities)
      || (!atomic && Writing !in pr.capabilities)
      || (file.meta.Some? && UserMetadata !in pr.capabilities)
    case Delete(_, _) | DeleteFolder(_, _, _) => Deleting !in pr.capabilities
    case ListFiles(_, _, _) | ListFolders(_, _, _) | IterChildren(_) => Listing !in pr.capabilities
    case GlobFiles(_) => Globbing !in pr.capabilities
    case GetFileInfo(_) | Head(_) | GetFolderInfo(_, _) => Metadata !in pr.capabilities
    case Move(_, _, _) => Moving !in pr.capabilities
    case Copy(_, _, _) => Copying !in pr.capabilities
  }

  // --- The whole table

  ghost predicate Table(pr: Profile, t: Node, op: Op, e: Error) {
    || (e == CapabilityNotSupported && Incapable(pr, op))
    || (op.Exists? && PathColumn(op.path, e))
    || (op.IsFile? && PathColumn(op.path, e))
    || (op.IsFolder? && PathColumn(op.path, e))
    || (op.Read? && FileColumn(pr, t, op.path, e))
    || (op.Write? && RoomColumn(pr, t, op.path, op.overwrite, e))
    || (op.Delete? && FileColumn(pr, t, op.path, e) && !(op.missingOk && e == NotFound))
    || (op.DeleteFolder? && RemoveColumn(t, op.path, op.recursive, op.missingOk, e))
    || (op.ListFiles? && PathColumn(op.path, e))
    || (op.ListFolders? && PathColumn(op.path, e))
    || (op.IterChildren? && PathColumn(op.path, e))
    || (op.GetFileInfo? && FileColumn(pr, t, op.path, e))
    || (op.Head? && FileColumn(pr, t, op.path, e))
    || (op.GetFolderInfo? && FolderColumn(t, op.path, e))
    || (op.Move? && (FileColumn(pr, t, op.path, e)
                     || (op.path != op.dst && RoomColumn(pr, t, op.dst, op.overwrite, e))))
    || (op.Copy? && (FileColumn(pr, t, op.path, e)
                     || (op.path != op.dst && RoomColumn(pr, t, op.dst, op.overwrite, e))))
  }

  // --- The model's functions say the same

  lemma KidsAreBelow(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t)
    ensures At(t, p).kids != map[] <==> SomethingBelow(t, p)
  {
    var node := At(t, p);
    KidSound(pr, t, p);
    if node.kids != map[] {
      var x :| x in node.kids;
      var q := Join(p, In(x, Here));
      AtJoin(t, p, In(x, Here));
      CoversJoin(p, In(x, Here));
      assert At(Kid(node, x), Here) == Kid(node, x);
      assert Above(p, q) && !NothingAt(t, q);
    }
    if q: Path :| Above(p, q) && !NothingAt(t, q) {
      var r := Tail(p, q);
      AtJoin(t, p, r);
      CoversJoin(p, r);
      AtVoid(r.rest);
    }
  }

  lemma AbilityExact(pr: Profile, op: Op)
    ensures Capable(pr, op) <==> !Incapable(pr, op)
  {
  }

  lemma FileExact(pr: Profile, t: Node, arg: Arg, e: Error)
    requires Sound(pr, t)
    ensures Names(NeedsFile(pr, t, arg), e) <==> FileColumn(pr, t, arg, e)
  {
  }

  lemma RoomExact(pr: Profile, t: Node, arg: Arg, overwrite: bool, e: Error)
    requires Sound(pr, t)
    ensures Names(NeedsRoom(pr, t, arg, overwrite), e) <==> RoomColumn(pr, t, arg, overwrite, e)
  {
    if arg.Good? {
      BelowFileIsThrough(pr, t, arg.path);
      if BelowFile(t, arg.path) && !pr.clash {
        NothingBelowFile(pr, t, arg.path);
      }
    }
  }

  lemma FolderExact(t: Node, arg: Arg, e: Error)
    ensures Names(NeedsFolder(t, arg), e) <==> FolderColumn(t, arg, e)
  {
  }

  lemma RemoveExact(pr: Profile, t: Node, arg: Arg, recursive: bool, missingOk: bool, e: Error)
    requires Sound(pr, t)
    ensures Names(NeedsRemovable(t, arg, recursive, missingOk), e) <==> RemoveColumn(t, arg, recursive, missingOk, e)
  {
    if arg.Good? {
      KidsAreBelow(pr, t, arg.path);
    }
  }

  lemma SourceExact(pr: Profile, t: Node, op: Op, e: Error)
    requires Sound(pr, t)
    ensures (e == CapabilityNotSupported && Incapable(pr, op)) || Names(Source(pr, t, op), e) || Names(Destination(pr, t, op), e)
       <==> Table(pr, t, op, e)
  {
    hide NeedsFile, NeedsRoom, NeedsFolder, NeedsRemovable, FileColumn, RoomColumn, FolderColumn, RemoveColumn, Sound;
    match op
    case Read(p) => FileExact(pr, t, p, e);
    case Write(p, _, overwrite, _) => RoomExact(pr, t, p, overwrite, e);
    case Delete(p, missingOk) => ExcusedExact(pr, t, p, missingOk, e);
    case DeleteFolder(p, recursive, missingOk) => RemoveExact(pr, t, p, recursive, missingOk, e);
    case GetFileInfo(p) => FileExact(pr, t, p, e);
    case Head(p) => FileExact(pr, t, p, e);
    case GetFolderInfo(p, _) => FolderExact(t, p, e);
    case Move(p, dst, overwrite) => FileExact(pr, t, p, e); RoomExact(pr, t, dst, overwrite, e);
    case Copy(p, dst, overwrite) => FileExact(pr, t, p, e); RoomExact(pr, t, dst, overwrite, e);
    case _ =>
  }

  lemma ExcusedExact(pr: Profile, t: Node, arg: Arg, missingOk: bool, e: Error)
    requires Sound(pr, t)
    ensures Names(Excused(NeedsFile(pr, t, arg), missingOk), e)
       <==> FileColumn(pr, t, arg, e) && !(missingOk && e == NotFound)
  {
  }

  // The errors that the model allows are those of the table.
  lemma MayIsTable(pr: Profile, t: Node, op: Op, e: Error)
    requires Sound(pr, t)
    ensures {:error "ERR-002: of several violated preconditions any one's error is right, and no other"}
  May(pr, t, op, e) <==> Table(pr, t, op, e)
  {
    SourceExact(pr, t, op, e);
    AbilityExact(pr, op);
    hide Source, Destination, Table, Incapable, Capable;
  }

  // An operation succeeds where the table has no error for it.
  lemma OkIsNoError(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t)
    ensures Check(pr, t, op).None? <==> forall e :: !Table(pr, t, op, e)
    ensures Check(pr, t, op).Some? ==> Table(pr, t, op, Check(pr, t, op).value)
  {
    forall e ensures May(pr, t, op, e) <==> Table(pr, t, op, e) {
      MayIsTable(pr, t, op, e);
    }
    assert Check(pr, t, op).Some? ==> May(pr, t, op, Check(pr, t, op).value) by {
      hide Source, Destination, Table, Capable;
    }
    if Check(pr, t, op).None? {
      forall e ensures !May(pr, t, op, e) {
        hide Source, Destination, Table, Capable;
      }
    }
  }
}
