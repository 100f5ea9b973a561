include "Judgement.dfy"

// What each operation that succeeds does, as one table over every path.
module Effects {
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
  import opened Edits
  import opened Judgement

  // After `op` the files are those of `t`, but at `p` there is `file`, and the folders above it are there.
  ghost predicate Put(t: Node, after: Node, p: Path, file: FileData) {
    && (forall q :: FileAt(after, q) == if q == p then Some(file) else FileAt(t, q))
    && (forall q :: IsFolderAt(after, q) == (IsFolderAt(t, q) || Above(q, p)))
  }

  // Folders after something has gone.  `kept` says which are there where folders are kept.
  ghost predicate FoldersAfter(pr: Profile, after: Node, q: Path, kept: bool) {
    IsFolderAt(after, q) == if pr.implied then q.Here? || HoldsFile(after, q) else kept
  }

  // --- Operations that only look

  ghost predicate OnlyLooks(op: Op) {
    !op.Write? && !op.Delete? && !op.DeleteFolder? && !op.Move? && !op.Copy?
  }

  lemma LookingChangesNothing(pr: Profile, t: Node, op: Op)
    requires OnlyLooks(op)
    ensures Apply(pr, t, op).0 == t
  {
  }

  lemma ExistsAnswers(pr: Profile, t: Node, p: Path)
    ensures {:error "EXISTS-001: exists is is_file or is_folder, each as the kind at the path says"}
  && Apply(pr, t, Exists(Good(p))).1 == Ok(Truth(IsFileAt(t, p) || IsFolderAt(t, p)))
  && Apply(pr, t, IsFile(Good(p))).1 == Ok(Truth(IsFileAt(t, p)))
  && Apply(pr, t, IsFolder(Good(p))).1 == Ok(Truth(IsFolderAt(t, p)))
  {
  }

  lemma NeverFileAndFolder(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && !pr.clash
    ensures {:error "EXISTS-002: never file and folder at once where a clash is refused"}
  !(Apply(pr, t, IsFile(Good(p))).1 == Ok(Truth(true)) && Apply(pr, t, IsFolder(Good(p))).1 == Ok(Truth(true)))
  {
    NeverBoth(pr, t, p);
  }

  lemma RootExists(pr: Profile, t: Node)
    requires Sound(pr, t)
    ensures {:error "PATH-003: the root exists, is a folder and is no file, in every state"}
  && Apply(pr, t, Exists(Good(Here))).1 == Ok(Truth(true))
  && Apply(pr, t, IsFolder(Good(Here))).1 == Ok(Truth(true))
  && Apply(pr, t, IsFile(Good(Here))).1 == Ok(Truth(false))
  {
  }

  lemma InfoAnswers(pr: Profile, t: Node, op: Op)
    requires (op.GetFileInfo? || op.Head?) && Apply(pr, t, op).1.Ok?
    ensures {:error "INFO-001: get_file_info and head tell the size and the metadata of the file at the path"}
  && op.path.Good? && IsFileAt(t, op.path.path)
  && var file := FileAt(t, op.path.path).value;
  Apply(pr, t, op) == (t, Ok(Info(file.size, file.meta)))
  {
  }

  // --- Write

  lemma WriteEffect(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Write? && Apply(pr, t, op).1.Ok?
    ensures {:error "WRITE-001: what was written is there, and its size and metadata are told"}
  && op.path.Good?
  && FileAt(Apply(pr, t, op).0, op.path.path) == Some(op.file)
  && Apply(pr, t, op).1 == Ok(Info(op.file.size, op.file.meta))
    ensures {:error "WRITE-002: a write changes only its own path, and the paths above it become folders"}
  Put(t, Apply(pr, t, op).0, op.path.path, op.file)
    ensures {:error "META-003: an overwrite replaces the metadata"}
  FileAt(Apply(pr, t, op).0, op.path.path).value.meta == op.file.meta
  {
    Facts(pr, t, op);
    PutEverywhere(t, op.path.path, op.file, !pr.implied);
  }

  lemma PutEverywhere(t: Node, p: Path, file: FileData, keep: bool)
    ensures Put(t, PutFile(t, p, file, keep), p, file)
  {
    var after := PutFile(t, p, file, keep);
    forall q
      ensures FileAt(after, q) == (if q == p then Some(file) else FileAt(t, q))
      ensures IsFolderAt(after, q) == (IsFolderAt(t, q) || Above(q, p))
    {
      PutEffect(t, p, file, keep, q);
    }
  }

  lemma AtomicWriteIsWrite(pr: Profile, t: Node, p: Arg, file: FileData, overwrite: bool)
    requires Writing in pr.capabilities && AtomicWriting in pr.capabilities
    ensures {:error "AW-001: write_atomic means what write means"}
            && var atomic, plain := Write(p, file, overwrite, true), Write(p, file, overwrite, false);
            && Apply(pr, t, atomic) == Apply(pr, t, plain)
            && forall o :: Judge(pr, t, atomic, o) <==> Judge(pr, t, plain, o)
  {
  }

  // --- Delete

  lemma DeleteEffect(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Delete? && Apply(pr, t, op).1.Ok?
    ensures op.path.Good? && Apply(pr, t, op).1 == Ok(Done)
    ensures {:error "DEL-001: delete removes its file and nothing else"}
  var after := Apply(pr, t, op).0;
  && (forall q :: FileAt(after, q) == if q == op.path.path then None else FileAt(t, q))
  && (forall q :: FoldersAfter(pr, after, q, IsFolderAt(t, q)))
  {
    Facts(pr, t, op);
    ApplyIsSound(pr, t, op);
    var after := Apply(pr, t, op).0;
    forall q
      ensures FileAt(after, q) == (if q == op.path.path then None else FileAt(t, q))
      ensures FoldersAfter(pr, after, q, IsFolderAt(t, q))
    {
      if IsFileAt(t, op.path.path) {
        CutFileEffect(pr, t, op.path.path, q);
      }
      if pr.implied {
        ImpliedIsFolder(pr, after, q);
      }
    }
  }

  // --- Delete folder

  lemma DeleteFolderEffect(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.DeleteFolder? && Apply(pr, t, op).1.Ok?
    ensures op.path.Good? && Apply(pr, t, op).1 == Ok(Done)
    ensures {:error "DELF-001: delete_folder removes exactly what is below, and the folder itself"}
  var after := Apply(pr, t, op).0;
  && (forall q :: FileAt(after, q) == if Above(op.path.path, q) then None else FileAt(t, q))
  && (forall q :: FoldersAfter(pr, after, q, IsFolderAt(t, q) && !Covers(op.path.path, q)))
  && !IsFolderAt(after, op.path.path)
  {
    Facts(pr, t, op);
    ApplyIsSound(pr, t, op);
    var p := op.path.path;
    var after := Apply(pr, t, op).0;
    forall q
      ensures FileAt(after, q) == (if Above(p, q) then None else FileAt(t, q))
      ensures FoldersAfter(pr, after, q, IsFolderAt(t, q) && !Covers(p, q))
    {
      if IsFolderAt(t, p) {
        CutFolderEffect(pr, t, p, q);
      } else if Covers(p, q) {
        if q != p && !NothingAt(t, q) {
          FoldersAbove(pr, t, p, q);
        }
      }
      if pr.implied {
        ImpliedIsFolder(pr, after, q);
      }
    }
    CoversBoth(p, p);
    if pr.implied && HoldsFile(after, p) {
      var r: Path :| r.In? && IsFileAt(after, Join(p, r));
      CoversJoin(p, r);
    }
  }

  // --- Copy and move

  lemma CopyEffect(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Copy? && op.path != op.dst && Apply(pr, t, op).1.Ok?
    ensures op.path.Good? && op.dst.Good? && IsFileAt(t, op.path.path) && Apply(pr, t, op).1 == Ok(Done)
    ensures {:error "COPY-001: copy puts the source's content and metadata at the destination, nothing else changes"}
  Put(t, Apply(pr, t, op).0, op.dst.path, FileAt(t, op.path.path).value)
    ensures {:error "META-004: copy carries the metadata"}
  var after := Apply(pr, t, op).0;
  IsFileAt(after, op.dst.path) && FileAt(after, op.dst.path).value.meta == FileAt(t, op.path.path).value.meta
  {
    Facts(pr, t, op);
    PutEverywhere(t, op.dst.path, FileAt(t, op.path.path).value, !pr.implied);
  }

  lemma CopyOntoItself(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Copy? && op.path == op.dst && Copying in pr.capabilities
    requires op.path.Good? && IsFileAt(t, op.path.path)
    ensures {:error "COPY-002: copying an existing file onto itself succeeds and nothing happens"}
  Apply(pr, t, op) == (t, Ok(Done)) && forall o :: Judge(pr, t, op, o) <==> o == Ok(Done)
  {
    RootIsFolder(pr, t);
  }

  lemma MoveEffect(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Move? && op.path != op.dst && Apply(pr, t, op).1.Ok?
    ensures op.path.Good? && op.dst.Good? && IsFileAt(t, op.path.path) && Apply(pr, t, op).1 == Ok(Done)
    ensures {:error "MOVE-001: move moves content and metadata, nothing else changes"}
  var after := Apply(pr, t, op).0;
  && (forall q :: FileAt(after, q) == if q == op.path.path then None
                                      else if q == op.dst.path then FileAt(t, op.path.path) else FileAt(t, q))
  && (forall q :: FoldersAfter(pr, after, q, IsFolderAt(t, q) || Above(q, op.dst.path)))
    ensures {:error "META-004: move carries the metadata"}
  var after := Apply(pr, t, op).0;
  IsFileAt(after, op.dst.path) && FileAt(after, op.dst.path).value.meta == FileAt(t, op.path.path).value.meta
  {
    Facts(pr, t, op);
    ApplyIsSound(pr, t, op);
    var src, dst := op.path.path, op.dst.path;
    var file := FileAt(t, src).value;
    var copied := PutFile(t, dst, file, !pr.implied);
    PutSound(pr, t, dst, file);
    PutEffect(t, dst, file, !pr.implied, src);
    var after := Apply(pr, t, op).0;
    assert after == CutFile(copied, src);
    forall q
      ensures FileAt(after, q) ==
              (if q == src then None else if q == dst then FileAt(t, src) else FileAt(t, q))
      ensures FoldersAfter(pr, after, q, IsFolderAt(t, q) || Above(q, dst))
    {
      PutEffect(t, dst, file, !pr.implied, q);
      CutFileEffect(pr, copied, src, q);
      if pr.implied {
        ImpliedIsFolder(pr, after, q);
      }
    }
  }

  lemma MoveOntoItself(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Move? && op.path == op.dst && Moving in pr.capabilities
    requires op.path.Good? && IsFileAt(t, op.path.path)
    ensures {:error "MOVE-002: moving an existing file onto itself succeeds and nothing happens"}
  Apply(pr, t, op) == (t, Ok(Done)) && forall o :: Judge(pr, t, op, o) <==> o == Ok(Done)
  {
    RootIsFolder(pr, t);
  }

  lemma MoveIsCopyThenDelete(pr: Profile, t: Node, src: Arg, dst: Arg, overwrite: bool)
    requires Sound(pr, t) && src != dst
    requires Moving in pr.capabilities && Copying in pr.capabilities && Deleting in pr.capabilities
    ensures {:error "MOVE-005: a move is a copy and then a delete of the source"}
  var (moved, outcome) := Apply(pr, t, Move(src, dst, overwrite));
  var (copied, copyOutcome) := Apply(pr, t, Copy(src, dst, overwrite));
  && outcome == copyOutcome
  && (outcome.Ok? ==> Apply(pr, copied, Delete(src, false)) == (moved, Ok(Done)))
  {
    var copy := Copy(src, dst, overwrite);
    if Apply(pr, t, copy).1.Ok? {
      Facts(pr, t, copy);
      PutEffect(t, dst.path, FileAt(t, src.path).value, !pr.implied, src.path);
    }
  }
}
