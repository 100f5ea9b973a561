include "Effects.dfy"

// What the profiles have in common: the files.  Two stores that hold the same files still do after the same successful
// operation, and where folders are implied the files are all there is to know.
module Agreement {
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
  import opened Effects

  ghost predicate SameFiles(a: Node, b: Node) {
    forall q :: FileAt(a, q) == FileAt(b, q)
  }

  lemma FilesAgree(pr: Profile, t: Node, other: Profile, u: Node, op: Op)
    requires Sound(pr, t) && Sound(other, u) && SameFiles(t, u)
    requires Apply(pr, t, op).1.Ok? && Apply(other, u, op).1.Ok?
    ensures SameFiles(Apply(pr, t, op).0, Apply(other, u, op).0)
  {
    if op.Write? {
      WriteEffect(pr, t, op);
      WriteEffect(other, u, op);
    } else if op.Delete? {
      DeleteEffect(pr, t, op);
      DeleteEffect(other, u, op);
    } else if op.DeleteFolder? {
      DeleteFolderEffect(pr, t, op);
      DeleteFolderEffect(other, u, op);
    } else if op.Copy? && op.path != op.dst {
      CopyEffect(pr, t, op);
      CopyEffect(other, u, op);
    } else if op.Move? && op.path != op.dst {
      MoveEffect(pr, t, op);
      MoveEffect(other, u, op);
    } else {
      Unchanged(pr, t, op);
      Unchanged(other, u, op);
    }
    hide Apply, Sound;
  }

  lemma Unchanged(pr: Profile, t: Node, op: Op)
    requires OnlyLooks(op) || ((op.Copy? || op.Move?) && op.path == op.dst)
    ensures Apply(pr, t, op).0 == t
  {
  }

  lemma FilesDetermine(pr: Profile, a: Node, b: Node)
    requires Sound(pr, a) && Sound(pr, b) && pr.implied && SameFiles(a, b)
    ensures a == b
  {
    KidsDetermined(pr, a, b);
    assert FileAt(a, Here) == FileAt(b, Here);
  }

  lemma {:induction false} KidsDetermined(pr: Profile, a: Node, b: Node)
    requires KidsSound(pr, a) && KidsSound(pr, b) && pr.implied && SameFilesBelow(a, b)
    ensures a.kids == b.kids
    decreases a, 1
  {
    SameKeys(pr, a, b);
    hide *;
    forall x | x in a.kids ensures a.kids[x] == b.kids[x] {
      KidDetermined(pr, a, b, x);
    }
    assert a.kids == b.kids;
  }

  lemma SameKeys(pr: Profile, a: Node, b: Node)
    requires KidsSound(pr, a) && KidsSound(pr, b) && pr.implied && SameFilesBelow(a, b)
    ensures a.kids.Keys == b.kids.Keys
  {
    hide *;
    assert SameFilesBelow(b, a) by { reveal SameFilesBelow; }
    forall x ensures x in a.kids.Keys <==> x in b.kids.Keys {
      if x in a.kids {
        FileMeansKid(pr, a, b, x);
      }
      if x in b.kids {
        FileMeansKid(pr, b, a, x);
      }
    }
  }

  lemma {:induction false} KidDetermined(pr: Profile, a: Node, b: Node, x: Name)
    requires KidsSound(pr, a) && KidsSound(pr, b) && pr.implied && SameFilesBelow(a, b)
    requires x in a.kids && x in b.kids
    ensures a.kids[x] == b.kids[x]
    decreases a, 0
  {
    var i, j := a.kids[x], b.kids[x];
    assert NodeSound(pr, i) && NodeSound(pr, j);
    assert forall q :: FileAt(i, q) == FileAt(j, q) by {
      forall q ensures FileAt(i, q) == FileAt(j, q) {
        assert FileAt(a, In(x, q)) == FileAt(b, In(x, q));
      }
    }
    assert FileAt(i, Here) == FileAt(j, Here);
    assert i.file == j.file && i.kept == j.kept;
    hide SameFilesBelow, NodeSound, At, FileAt;
    assert SameFilesBelow(i, j) by { reveal SameFilesBelow; }
    assert KidsSound(pr, i) && KidsSound(pr, j) by { reveal NodeSound; }
    KidsDetermined(pr, i, j);
  }

  ghost predicate SameFilesBelow(a: Node, b: Node) {
    forall q: Path | q.In? :: FileAt(a, q) == FileAt(b, q)
  }

  lemma FileMeansKid(pr: Profile, a: Node, b: Node, x: Name)
    requires KidsSound(pr, a) && pr.implied && SameFilesBelow(a, b) && x in a.kids
    ensures x in b.kids
  {
    var r := SomeFile(pr, a.kids[x]);
    assert FileAt(a, In(x, r)) == FileAt(b, In(x, r));
    AtVoid(r);
  }
}
