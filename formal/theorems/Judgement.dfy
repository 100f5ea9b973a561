include "Tables.dfy"
include "Edits.dfy"

// What is allowed at all: the model's own outcome is, a success is determinate, a failure changes nothing, and there is
// no freedom beyond the two kinds that are named here.
module Judgement {
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
  import opened Tables
  import opened Edits

  // The freedom to do nothing: where folders are implied, a delete that tolerates a missing file may not see a folder.
  ghost predicate Idle(pr: Profile, t: Node, op: Op) {
    && op.Delete? && op.missingOk && !Incapable(pr, op) && pr.implied
    && op.path.Good? && op.path != Good(Here) && OnlyFolderAt(t, op.path.path)
  }

  lemma IdleExact(pr: Profile, t: Node, op: Op)
    ensures MayIdle(pr, t, op) <==> Idle(pr, t, op)
  {
  }

  lemma ApplyIsAllowed(pr: Profile, t: Node, op: Op)
    ensures {:error "FORMAL-001: the model's own outcome is always allowed"} Judge(pr, t, op, Apply(pr, t, op).1)
  {
    hide Source, Destination, Capable, Next, Answer;
    IdleFails(pr, t, op);
  }

  // Where a store is free to do nothing, the canonical outcome is an error: both leave the state as it was.
  lemma IdleFails(pr: Profile, t: Node, op: Op)
    ensures MayIdle(pr, t, op) ==> Apply(pr, t, op) == (t, Fail(InvalidPath))
  {
    hide Next, Answer;
  }

  lemma SuccessIsDeterminate(pr: Profile, t: Node, op: Op, a: Value, b: Value)
    ensures {:error "FORMAL-002: there is at most one right success"}
  Judge(pr, t, op, Ok(a)) && Judge(pr, t, op, Ok(b)) ==> a == b
  {
    hide Source, Destination, Capable, Next, Answer, Check;
  }

  lemma FailureChangesNothing(pr: Profile, t: Node, op: Op)
    ensures {:error "ERR-001: a failed operation leaves the store as it was"}
  Apply(pr, t, op).1.Fail? ==> Apply(pr, t, op).0 == t
  {
    hide Source, Destination, Capable, Next, Answer, Check;
  }

  lemma NothingElseIsAllowed(pr: Profile, t: Node, op: Op, o: Outcome)
    requires Sound(pr, t) && Judge(pr, t, op, o) && o != Apply(pr, t, op).1
    ensures {:error "FORMAL-003: only the named freedom is allowed: another error of the table, or an idle delete"}
  && Apply(pr, t, op) == (t, Fail(Check(pr, t, op).value))
  && match o
     case Fail(e) => Table(pr, t, op, e)
     case Ok(value) => value == Done && Idle(pr, t, op)
  {
    IdleExact(pr, t, op);
    IdleFails(pr, t, op);
    OkIsNoError(pr, t, op);
    if o.Fail? {
      MayIsTable(pr, t, op, o.error);
    }
    hide Source, Destination, Capable, Next, Answer, Check, Table, Idle, MayIdle, May;
  }

  // Exactly these outcomes are right; the theorems about refusals rest on it.
  ghost predicate Right(pr: Profile, t: Node, op: Op, o: Outcome) {
    match o
    case Fail(e) => Table(pr, t, op, e)
    case Ok(value) => (value == Done && Idle(pr, t, op)) || (o == Apply(pr, t, op).1 && forall e :: !Table(pr, t, op, e))
  }

  lemma JudgeIsRight(pr: Profile, t: Node, op: Op, o: Outcome)
    requires Sound(pr, t)
    ensures Judge(pr, t, op, o) <==> Right(pr, t, op, o)
  {
    IdleExact(pr, t, op);
    IdleFails(pr, t, op);
    OkIsNoError(pr, t, op);
    if o.Fail? {
      MayIsTable(pr, t, op, o.error);
    }
    hide Source, Destination, Capable, Next, Answer, Check, Table, Idle, MayIdle, May;
  }

  // --- The invariant

  lemma StartIsSound(pr: Profile)
    ensures {:error "FORMAL-004: the empty store is sound"} Sound(pr, Empty)
  {
  }

  lemma ApplyIsSound(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t)
    ensures {:error "FORMAL-004: the invariant holds after every operation"} Sound(pr, Apply(pr, t, op).0)
  {
    if Check(pr, t, op).None? {
      Facts(pr, t, op);
      hide Source, Destination, Capable, Answer, Check, Table, Sound;
      match op
      case Write(p, file, _, _) => PutSound(pr, t, p.path, file);
      case Delete(p, _) => if IsFileAt(t, p.path) { CutFileSound(pr, t, p.path); }
      case DeleteFolder(p, _, _) => if IsFolderAt(t, p.path) { CutFolderSound(pr, t, p.path); }
      case Move(p, dst, _) =>
        if p != dst {
          PutSound(pr, t, dst.path, FileAt(t, p.path).value);
          PutEffect(t, dst.path, FileAt(t, p.path).value, !pr.implied, p.path);
          CutFileSound(pr, CopyFile(pr, t, p.path, dst.path), p.path);
        }
      case Copy(p, dst, _) => if p != dst { PutSound(pr, t, dst.path, FileAt(t, p.path).value); }
      case _ =>
    }
  }

  // What is known of the arguments when nothing stands in the way.
  lemma Facts(pr: Profile, t: Node, op: Op)
    requires Sound(pr, t) && Check(pr, t, op).None?
    ensures op.GlobFiles? || op.path.Good?
    ensures op.Write? || op.Delete? || op.DeleteFolder? || op.Move? || op.Copy? ==> op.path != Good(Here)
    ensures op.Read? || op.GetFileInfo? || op.Head? || op.Move? || op.Copy? ==> IsFileAt(t, op.path.path)
    ensures op.Delete? && !op.missingOk ==> IsFileAt(t, op.path.path)
    ensures op.GetFolderInfo? || (op.DeleteFolder? && !op.missingOk) ==> IsFolderAt(t, op.path.path)
    ensures op.Write? ==> Free(pr, t, op.path.path)
    ensures (op.Move? || op.Copy?) && op.path != op.dst ==>
              op.dst.Good? && op.dst != Good(Here) && Free(pr, t, op.dst.path)
  {
    hide Next, Answer;
    if op.Write? {
      BelowFileIsThrough(pr, t, op.path.path);
      FreeExact(pr, t, op.path.path);
    } else if op.Move? || op.Copy? {
      if op.path != op.dst {
        FreeExact(pr, t, op.dst.path);
      }
    }
  }

  // A file may be put there.
  ghost predicate Free(pr: Profile, t: Node, p: Path) {
    pr.clash || (!IsFolderAt(t, p) && !BelowFile(t, p))
  }

  lemma FreeExact(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && (IsFileAt(t, p) || pr.clash || (!IsFolderAt(t, p) && !ThroughFile(t, p)))
    ensures Free(pr, t, p)
  {
    BelowFileIsThrough(pr, t, p);
    if !pr.clash && IsFileAt(t, p) {
      NeverBoth(pr, t, p);
      if BelowFile(t, p) {
        NothingBelowFile(pr, t, p);
      }
    }
  }
}
