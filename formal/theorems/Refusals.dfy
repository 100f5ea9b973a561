include "Judgement.dfy"

// The cells of the contract's table in which an operation refuses: each says what *all* right outcomes are.
module Refusals {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles
  import opened Operations
  import opened Outcomes
  import opened Semantics
  import opened Invariant
  import opened Kinds
  import opened Tables
  import opened Judgement

  // `e` is the one right outcome.
  ghost predicate Only(pr: Profile, t: Node, op: Op, e: Error) {
    && Apply(pr, t, op) == (t, Fail(e))
    && forall o :: Judge(pr, t, op, o) <==> o == Fail(e)
  }

  // `e` is canonical, `also` is as right.
  ghost predicate Either(pr: Profile, t: Node, op: Op, e: Error, also: Error) {
    && Apply(pr, t, op) == (t, Fail(e))
    && forall o :: Judge(pr, t, op, o) <==> o == Fail(e) || o == Fail(also)
  }

  // No operation of this kind gets here: the table has this error for it.
  ghost predicate Refused(pr: Profile, t: Node, op: Op, e: Error) {
    && Apply(pr, t, op).1.Fail? && Apply(pr, t, op).0 == t
    && Judge(pr, t, op, Fail(e))
    && forall o :: Judge(pr, t, op, o) ==> o.Fail?
  }

  lemma TableGivesOnly(pr: Profile, t: Node, op: Op, e: Error)
    requires Sound(pr, t) && (forall f :: Table(pr, t, op, f) <==> f == e) && !Idle(pr, t, op)
    ensures Only(pr, t, op, e)
  {
    assert Table(pr, t, op, e);
    forall o ensures Judge(pr, t, op, o) <==> o == Fail(e) { JudgeIsRight(pr, t, op, o); }
    OkIsNoError(pr, t, op);
    hide Check, Table, Idle, Next, Answer, Judge, Sound;
  }

  lemma TableGivesEither(pr: Profile, t: Node, op: Op, e: Error, also: Error)
    requires Sound(pr, t) && (forall f :: Table(pr, t, op, f) <==> f == e || f == also) && !Idle(pr, t, op)
    requires Check(pr, t, op).Some? ==> Check(pr, t, op).value == e
    ensures Either(pr, t, op, e, also)
  {
    assert Table(pr, t, op, e) && Table(pr, t, op, also);
    forall o ensures Judge(pr, t, op, o) <==> o == Fail(e) || o == Fail(also) { JudgeIsRight(pr, t, op, o); }
    OkIsNoError(pr, t, op);
    hide Check, Table, Idle, Next, Answer, Judge, Sound;
  }

  lemma TableRefuses(pr: Profile, t: Node, op: Op, e: Error)
    requires Sound(pr, t) && Table(pr, t, op, e) && !Idle(pr, t, op)
    ensures Refused(pr, t, op, e)
  {
    JudgeIsRight(pr, t, op, Fail(e));
    forall o ensures Judge(pr, t, op, o) ==> o.Fail? { JudgeIsRight(pr, t, op, o); }
    OkIsNoError(pr, t, op);
    hide Check, Table, Idle, Next, Answer, Judge, Sound;
  }

  // --- Capabilities

  lemma WithoutCapability(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && Incapable(pr, op)
    ensures {:error "CAP-001: a call without its capability is CapabilityNotSupported and changes nothing"}
  Refused(pr, t, op, CapabilityNotSupported) && Apply(pr, t, op) == (t, Fail(CapabilityNotSupported))
  {
    AbilityExact(pr, op);
    TableRefuses(pr, t, op, CapabilityNotSupported);
  }

  lemma WithCapability(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && !Incapable(pr, op)
    ensures {:error "CAP-001: a call with its capability is never CapabilityNotSupported"}
  !Judge(pr, t, op, Fail(CapabilityNotSupported))
  {
    JudgeIsRight(pr, t, op, Fail(CapabilityNotSupported));
  }

  lemma WithoutUserMetadata(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Write? && op.file.meta.Some? && UserMetadata !in pr.capabilities
    ensures {:error "META-001: non-empty metadata without USER_METADATA is CapabilityNotSupported"}
  Refused(pr, t, op, CapabilityNotSupported) && Apply(pr, t, op) == (t, Fail(CapabilityNotSupported))
  {
    WithoutCapability(pr, t, op);
  }

  lemma WithoutMetadata(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Write? && !op.file.meta.Some?
    requires (if op.atomic then AtomicWriting else Writing) in pr.capabilities
    ensures {:error "META-001: empty metadata needs no capability"}
  !Judge(pr, t, op, Fail(CapabilityNotSupported))
  {
    WithCapability(pr, t, op);
  }

  // --- Paths

  lemma BadPath(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && ((!op.GlobFiles? && op.path.Bad?) || ((op.Move? || op.Copy?) && op.dst.Bad?))
    ensures {:error "PATH-005: an invalid path is refused with InvalidPath and nothing changes"}
  Refused(pr, t, op, InvalidPath)
  {
    TableRefuses(pr, t, op, InvalidPath);
  }

  ghost predicate NeedsAFile(op: Op) {
    op.Read? || op.GetFileInfo? || op.Head? || op.Write? || op.Delete?
  }

  lemma RootIsNoFile(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && !Incapable(pr, op) && (NeedsAFile(op) || op.DeleteFolder?) && op.path == Good(Here)
    ensures {:error "PATH-004: file operations and delete_folder on the root are InvalidPath and nothing else"}
  Only(pr, t, op, InvalidPath)
  {
    TableGivesOnly(pr, t, op, InvalidPath);
  }

  lemma RootIsNoSourceOrDestination(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && (op.Move? || op.Copy?) && (op.path == Good(Here) || op.dst == Good(Here))
    ensures {:error "PATH-004: the root is neither moved nor copied, nor moved or copied onto"}
  Refused(pr, t, op, InvalidPath)
  {
    TableRefuses(pr, t, op, InvalidPath);
  }

  // --- Operations on a file

  // What they have in common: the refusals of what is no file.
  ghost predicate NoFileRefused(pr: Profile, t: Node, op: Op)
    requires !op.GlobFiles?
  {
    && (op.path.Good? && op.path.path.In? ==>
          && (NothingAt(t, op.path.path) ==> Only(pr, t, op, NotFound))
          && (OnlyFolderAt(t, op.path.path) ==>
                if pr.implied then Either(pr, t, op, InvalidPath, NotFound) else Only(pr, t, op, InvalidPath)))
  }

  lemma FileNeeded(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && !Incapable(pr, op)
    requires op.Read? || op.GetFileInfo? || op.Head? || (op.Delete? && !op.missingOk)
    ensures NoFileRefused(pr, t, op)
  {
    if op.path.Good? && op.path.path.In? {
      if NothingAt(t, op.path.path) {
        TableGivesOnly(pr, t, op, NotFound);
      } else if OnlyFolderAt(t, op.path.path) {
        if pr.implied {
          TableGivesEither(pr, t, op, InvalidPath, NotFound);
        } else {
          TableGivesOnly(pr, t, op, InvalidPath);
        }
      }
    }
  }

  lemma ReadRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Read? && !Incapable(pr, op)
    ensures {:error "READ-002: reading what is no file is InvalidPath for a folder and NotFound for nothing"}
  NoFileRefused(pr, t, op)
  {
    FileNeeded(pr, t, op);
  }

  lemma InfoRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && (op.GetFileInfo? || op.Head?) && !Incapable(pr, op)
    ensures {:error "INFO-003: file info of what is no file is InvalidPath for a folder and NotFound for nothing"}
  NoFileRefused(pr, t, op)
  {
    FileNeeded(pr, t, op);
  }

  lemma FolderInfoRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.GetFolderInfo? && !Incapable(pr, op) && op.path.Good? && !IsFolderAt(t, op.path.path)
    ensures {:error "INFO-003: folder info of a file is InvalidPath, of nothing NotFound"}
  Only(pr, t, op, if IsFileAt(t, op.path.path) then InvalidPath else NotFound)
  {
    TableGivesOnly(pr, t, op, if IsFileAt(t, op.path.path) then InvalidPath else NotFound);
  }

  lemma DeleteRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Delete? && !op.missingOk && !Incapable(pr, op)
    ensures {:error "DEL-002: deleting what is no file is InvalidPath for a folder and NotFound for nothing"}
  NoFileRefused(pr, t, op)
  {
    FileNeeded(pr, t, op);
  }

  lemma DeleteOfNothing(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Delete? && op.missingOk && !Incapable(pr, op)
    requires op.path.Good? && NothingAt(t, op.path.path)
    ensures {:error "DEL-003: with missing_ok a delete of nothing succeeds and nothing happens"}
  Apply(pr, t, op) == (t, Ok(Done)) && forall o :: Judge(pr, t, op, o) <==> o == Ok(Done)
  {
    RootIsFolder(pr, t);
    OkIsNoError(pr, t, op);
    forall o ensures Judge(pr, t, op, o) <==> o == Ok(Done) { JudgeIsRight(pr, t, op, o); }
  }

  lemma DeleteOfFolder(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Delete? && op.missingOk && !Incapable(pr, op)
    requires op.path.Good? && op.path.path.In? && OnlyFolderAt(t, op.path.path)
    ensures {:error "DEL-003: with missing_ok a delete of a folder is InvalidPath, or idle where folders are implied"}
  && Apply(pr, t, op) == (t, Fail(InvalidPath))
  && forall o :: Judge(pr, t, op, o) <==> o == Fail(InvalidPath) || (pr.implied && o == Ok(Done))
  {
    forall o ensures Judge(pr, t, op, o) <==> o == Fail(InvalidPath) || (pr.implied && o == Ok(Done)) {
      JudgeIsRight(pr, t, op, o);
    }
    OkIsNoError(pr, t, op);
  }

  // --- A place for a file

  lemma WriteOntoFile(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Write? && !op.overwrite && !Incapable(pr, op)
    requires op.path.Good? && IsFileAt(t, op.path.path)
    ensures {:error "WRITE-003: an existing file is kept unless overwrite"} Only(pr, t, op, AlreadyExists)
  {
    RootIsFolder(pr, t);
    RoomTaken(pr, t, op.path.path);
    TableGivesOnly(pr, t, op, AlreadyExists);
  }

  // Where a file is, the place is not refused for another reason.
  lemma RoomTaken(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && IsFileAt(t, p)
    ensures !OnlyFolderAt(t, p) && (pr.clash || !BelowFile(t, p))
  {
    if !pr.clash && BelowFile(t, p) {
      NothingBelowFile(pr, t, p);
    }
  }

  lemma WriteWhereNoFileCanBe(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Write? && !Incapable(pr, op) && op.path.Good? && op.path.path.In?
    requires OnlyFolderAt(t, op.path.path) || BelowFile(t, op.path.path)
    ensures {:error "WRITE-004: a folder, or a path through a file, is refused unless a clash is allowed"}
  if pr.clash then IsFileAt(t, op.path.path) || Apply(pr, t, op).1.Ok? else Only(pr, t, op, InvalidPath)
  {
    if pr.clash {
      OkIsNoError(pr, t, op);
    } else {
      if BelowFile(t, op.path.path) {
        NothingBelowFile(pr, t, op.path.path);
      }
      TableGivesOnly(pr, t, op, InvalidPath);
    }
  }

  // --- Folders

  lemma DeleteFolderNotEmpty(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.DeleteFolder? && !op.recursive && !Incapable(pr, op)
    requires op.path.Good? && op.path.path.In? && SomethingBelow(t, op.path.path)
    ensures {:error "DELF-002: a folder that is not empty is DirectoryNotEmpty unless recursive"}
  Only(pr, t, op, DirectoryNotEmpty)
  {
    KidsAreBelow(pr, t, op.path.path);
    TableGivesOnly(pr, t, op, DirectoryNotEmpty);
  }

  lemma DeleteFolderOfNoFolder(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.DeleteFolder? && !Incapable(pr, op) && op.path.Good? && !IsFolderAt(t, op.path.path)
    ensures {:error "DELF-003: a file is InvalidPath, also when missing_ok"}
  IsFileAt(t, op.path.path) ==> Only(pr, t, op, InvalidPath)
    ensures {:error "DELF-003: nothing is NotFound"}
  NothingAt(t, op.path.path) && !op.missingOk ==> Only(pr, t, op, NotFound)
    ensures {:error "DELF-003: nothing is nothing to do when missing_ok"}
  NothingAt(t, op.path.path) && op.missingOk ==>
    Apply(pr, t, op) == (t, Ok(Done)) && forall o :: Judge(pr, t, op, o) <==> o == Ok(Done)
  {
    RootIsFolder(pr, t);
    KidsAreBelow(pr, t, op.path.path);
    if IsFileAt(t, op.path.path) {
      TableGivesOnly(pr, t, op, InvalidPath);
    } else if !op.missingOk {
      TableGivesOnly(pr, t, op, NotFound);
    } else {
      OkIsNoError(pr, t, op);
      forall o ensures Judge(pr, t, op, o) <==> o == Ok(Done) { JudgeIsRight(pr, t, op, o); }
    }
  }

  // --- Move and copy

  ghost predicate SourceRefused(pr: Profile, t: Node, op: Op)
    requires op.Move? || op.Copy?
  {
    && (op.path.Good? && op.path.path.In? && NothingAt(t, op.path.path) ==> Refused(pr, t, op, NotFound))
    && (op.path.Good? && op.path.path.In? && OnlyFolderAt(t, op.path.path) ==>
          Refused(pr, t, op, InvalidPath) && (pr.implied ==> Refused(pr, t, op, NotFound)))
  }

  ghost predicate DestinationRefused(pr: Profile, t: Node, op: Op)
    requires op.Move? || op.Copy?
  {
    op.path.Good? && op.dst.Good? && op.path != op.dst && op.dst.path.In? && IsFileAt(t, op.path.path) ==>
      && (IsFileAt(t, op.dst.path) && !op.overwrite ==> Only(pr, t, op, AlreadyExists))
      && (!pr.clash && (OnlyFolderAt(t, op.dst.path) || BelowFile(t, op.dst.path)) ==> Only(pr, t, op, InvalidPath))
  }

  lemma RefuseSource(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && (op.Move? || op.Copy?)
    ensures SourceRefused(pr, t, op)
  {
    if op.path.Good? && op.path.path.In? {
      if NothingAt(t, op.path.path) {
        TableRefuses(pr, t, op, NotFound);
      } else if OnlyFolderAt(t, op.path.path) {
        TableRefuses(pr, t, op, InvalidPath);
        if pr.implied {
          TableRefuses(pr, t, op, NotFound);
        }
      }
    }
  }

  lemma RefuseDestination(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && (op.Move? || op.Copy?) && !Incapable(pr, op)
    ensures DestinationRefused(pr, t, op)
  {
    if op.path.Good? && op.dst.Good? && op.path != op.dst && op.dst.path.In? && IsFileAt(t, op.path.path) {
      RootIsFolder(pr, t);
      if IsFileAt(t, op.dst.path) {
        RoomTaken(pr, t, op.dst.path);
        if !op.overwrite {
          TableGivesOnly(pr, t, op, AlreadyExists);
        }
      } else if !pr.clash && (OnlyFolderAt(t, op.dst.path) || BelowFile(t, op.dst.path)) {
        TableGivesOnly(pr, t, op, InvalidPath);
      }
    }
  }

  lemma CopySourceRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Copy?
    ensures {:error "COPY-003: a source that is no file is InvalidPath for a folder and NotFound for nothing"}
  SourceRefused(pr, t, op)
  {
    RefuseSource(pr, t, op);
  }

  lemma CopyDestinationRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Copy? && !Incapable(pr, op)
    ensures {:error "COPY-004: an existing destination is AlreadyExists unless overwrite; a folder is InvalidPath"}
  DestinationRefused(pr, t, op)
  {
    RefuseDestination(pr, t, op);
  }

  lemma MoveSourceRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Move?
    ensures {:error "MOVE-003: a source that is no file is InvalidPath for a folder and NotFound for nothing"}
  SourceRefused(pr, t, op)
  {
    RefuseSource(pr, t, op);
  }

  lemma MoveDestinationRefused(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && op.Move? && !Incapable(pr, op)
    ensures {:error "MOVE-004: an existing destination is AlreadyExists unless overwrite; a folder is InvalidPath"}
  DestinationRefused(pr, t, op)
  {
    RefuseDestination(pr, t, op);
  }
}
