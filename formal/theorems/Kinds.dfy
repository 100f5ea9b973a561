include "Trees.dfy"
include "../contract/Profiles.dfy"
include "../contract/Invariant.dfy"

// The words in which the theorems speak: what is at a path, and nothing of how the model finds or changes it.
module Kinds {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles
  import opened Invariant
  import opened Trees

  ghost function FileAt(t: Node, p: Path): Opt<FileData> { At(t, p).file }

  ghost predicate IsFileAt(t: Node, p: Path) { FileAt(t, p).Some? }

  ghost predicate IsFolderAt(t: Node, p: Path) { FolderHere(At(t, p)) }

  ghost predicate OnlyFolderAt(t: Node, p: Path) { IsFolderAt(t, p) && !IsFileAt(t, p) }

  ghost predicate NothingAt(t: Node, p: Path) { !IsFileAt(t, p) && !IsFolderAt(t, p) }

  // The path goes through a file.
  ghost predicate BelowFile(t: Node, p: Path) {
    exists q: Path :: Above(q, p) && IsFileAt(t, q)
  }

  // Some file is below the path.
  ghost predicate HoldsFile(t: Node, p: Path) {
    exists r: Path :: r.In? && IsFileAt(t, Join(p, r))
  }

  // --- What a sound state looks like

  lemma RootIsFolder(pr: Profile, t: Node)
    requires Sound(pr, t)
    ensures {:error "PATH-003: the root is always a folder and never a file"} IsFolderAt(t, Here) && !IsFileAt(t, Here)
  {
  }

  lemma KidSound(pr: Profile, t: Node, p: Path)
    requires KidsSound(pr, t)
    ensures KidsSound(pr, At(t, p))
    ensures p.In? && At(t, p) != Void ==> NodeSound(pr, At(t, p))
    decreases p
  {
    if p.In? {
      KidSound(pr, Kid(t, p.name), p.rest);
      AtVoid(p.rest);
    }
  }

  lemma NeverBoth(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && !pr.clash
    ensures !(IsFileAt(t, p) && IsFolderAt(t, p))
  {
    KidSound(pr, t, p);
  }

  // Where folders are kept, a folder is what is kept.
  lemma KeptIsFolder(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && !pr.implied
    ensures IsFolderAt(t, p) <==> At(t, p).kept
  {
    KidSound(pr, t, p);
  }

  // Where folders are implied, a folder is what holds a file.
  lemma ImpliedIsFolder(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && pr.implied
    ensures IsFolderAt(t, p) <==> p.Here? || HoldsFile(t, p)
  {
    var node := At(t, p);
    KidSound(pr, t, p);
    if p.In? && IsFolderAt(t, p) {
      var x :| x in node.kids;
      var r := SomeFile(pr, node.kids[x]);
      AtJoin(t, p, In(x, r));
      assert IsFileAt(t, Join(p, In(x, r)));
    }
    if r: Path :| r.In? && IsFileAt(t, Join(p, r)) {
      AtJoin(t, p, r);
      if node.kids == map[] {
        AtVoid(r.rest);
        assert Kid(node, r.name) == Void;
      }
    }
  }

  ghost function SomeFile(pr: Profile, t: Node): (r: Path)
    requires NodeSound(pr, t) && pr.implied
    ensures FileHere(At(t, r))
  {
    if FileHere(t) then Here else
    assert t.kids != map[] && KidsSound(pr, t);
    var x :| x in t.kids;
    assert NodeSound(pr, t.kids[x]);
    In(x, SomeFile(pr, t.kids[x]))
  }

  // Above a file there are folders.
  lemma FoldersAbove(pr: Profile, t: Node, q: Path, p: Path)
    requires Sound(pr, t) && Above(q, p) && !NothingAt(t, p)
    ensures IsFolderAt(t, q)
  {
    var r := Tail(q, p);
    CoversJoin(q, r);
    AtJoin(t, q, r);
    if At(t, q).kids == map[] {
      AtVoid(r.rest);
      assert Kid(At(t, q), r.name) == Void;
    }
  }

  lemma BelowFileIsThrough(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t)
    ensures BelowFile(t, p) <==> ThroughFile(t, p)
  {
    ThroughFileMeans(t, p);
  }

  // Below a file there is nothing, unless a clash is allowed.
  lemma NothingBelowFile(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && !pr.clash && BelowFile(t, p)
    ensures NothingAt(t, p)
  {
    var q: Path :| Above(q, p) && IsFileAt(t, q);
    if !NothingAt(t, p) {
      FoldersAbove(pr, t, q, p);
      NeverBoth(pr, t, q);
    }
  }
}
