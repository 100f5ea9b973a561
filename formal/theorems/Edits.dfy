include "Kinds.dfy"

// The three edits of the state, each as one table over every path, and that each leaves a sound state.
module Edits {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles
  import opened Invariant
  import opened Trees
  import opened Kinds

  // --- The invariant

  // A node that may stand below the root, or nothing.
  ghost predicate Fine(pr: Profile, t: Node) {
    NothingHere(t) || NodeSound(pr, t)
  }

  // A file may appear at `p` without a clash on the way.
  ghost predicate Open(pr: Profile, t: Node, p: Path) {
    pr.clash || p.Here? || (!FileHere(t) && !ThroughFile(t, p))
  }

  lemma GraftFine(pr: Profile, t: Node, p: Path, node: Node, keep: bool)
    requires Fine(pr, t) && Fine(pr, node)
    requires NothingHere(node) || Open(pr, t, p)
    requires if keep then !pr.implied && !NothingHere(node)
             else pr.implied || NothingHere(node) || !NothingHere(At(t, p))
    ensures Fine(pr, Graft(t, p, node, keep))
    decreases p
  {
    if p.In? {
      GraftKidFine(pr, t, p, node, keep);
      var kid := Graft(Kid(t, p.name), p.rest, node, keep);
      var after := Graft(t, p, node, keep);
      if after.kids != map[] && !pr.implied && !after.kept {
        if t.kids == map[] {
          AtVoid(p.rest);
          GraftVoid(p.rest);
          NothingIsVoid(node);
        }
      }
      if !NothingHere(node) {
        GraftIsThere(Kid(t, p.name), p.rest, node, keep);
      } else if t.kids == map[] {
        GraftVoid(p.rest);
        NothingIsVoid(node);
      }
    }
  }

  // The same for the root, which is kept in any profile.
  lemma GraftSound(pr: Profile, t: Node, p: Path, node: Node, keep: bool)
    requires Sound(pr, t) && Fine(pr, node) && p.In?
    requires NothingHere(node) || Open(pr, t, p)
    requires if keep then !pr.implied && !NothingHere(node)
             else pr.implied || NothingHere(node) || !NothingHere(At(t, p))
    ensures Sound(pr, Graft(t, p, node, keep))
  {
    GraftKidFine(pr, t, p, node, keep);
  }

  lemma GraftKidFine(pr: Profile, t: Node, p: Path, node: Node, keep: bool)
    requires KidsSound(pr, t) && Fine(pr, node) && p.In?
    requires NothingHere(node) || Open(pr, t, p)
    requires if keep then !pr.implied && !NothingHere(node)
             else pr.implied || NothingHere(node) || !NothingHere(At(t, p))
    ensures KidsSound(pr, Graft(t, p, node, keep))
    decreases p, 0
  {
    var kid := Kid(t, p.name);
    assert Fine(pr, kid);
    assert NothingHere(node) || Open(pr, kid, p.rest);
    GraftFine(pr, kid, p.rest, node, keep);
  }

  lemma GraftVoid(p: Path)
    ensures Graft(Void, p, Void, false) == Void
  {
  }

  // --- A file appears

  lemma PutSound(pr: Profile, t: Node, p: Path, file: FileData)
    requires Sound(pr, t) && p.In?
    requires pr.clash || (!IsFolderAt(t, p) && !BelowFile(t, p))
    ensures Sound(pr, PutFile(t, p, file, !pr.implied))
  {
    KidSound(pr, t, p);
    BelowFileIsThrough(pr, t, p);
    GraftSound(pr, t, p, At(t, p).(file := Some(file)), !pr.implied);
  }

  lemma PutEffect(t: Node, p: Path, file: FileData, keep: bool, q: Path)
    ensures var after := PutFile(t, p, file, keep);
            && FileAt(after, q) == (if q == p then Some(file) else FileAt(t, q))
            && IsFolderAt(after, q) == (IsFolderAt(t, q) || Above(q, p))
  {
    var node := At(t, p).(file := Some(file));
    GraftEffect(t, p, node, keep, q);
    CoversBoth(p, q);
    SameBelow(node, At(t, p), if Covers(p, q) then Tail(p, q) else Here);
  }

  lemma GraftEffect(t: Node, p: Path, node: Node, keep: bool, q: Path)
    ensures var after := At(Graft(t, p, node, keep), q);
            if Covers(p, q) then after == At(node, Tail(p, q))
            else if Covers(q, p) then
              && after.file == At(t, q).file
              && after.kept == (At(t, q).kept || keep)
              && (!NothingHere(node) ==> FolderHere(after))
            else after == At(t, q)
    ensures Covers(p, q) ==> At(t, q) == At(At(t, p), Tail(p, q)) && (q == p <==> Tail(p, q).Here?)
  {
    if Covers(p, q) {
      GraftInside(t, p, node, keep, Tail(p, q));
      AtJoin(t, p, Tail(p, q));
      CoversJoin(p, Tail(p, q));
    } else if Covers(q, p) {
      CoversBoth(p, q);
      GraftAbove(t, p, node, keep, q);
    } else {
      GraftBeside(t, p, node, keep, q);
    }
  }

  // What is below a node does not depend on its file.
  lemma SameBelow(a: Node, b: Node, r: Path)
    requires a.kids == b.kids
    ensures r.In? ==> At(a, r) == At(b, r)
  {
    if r.In? {
      assert Kid(a, r.name) == Kid(b, r.name);
    }
  }

  // --- A file goes

  lemma CutFileSound(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && p.In? && IsFileAt(t, p)
    ensures Sound(pr, CutFile(t, p))
  {
    KidSound(pr, t, p);
    var node := At(t, p).(file := None);
    if !NothingHere(node) {
      assert pr.clash;
    }
    GraftSound(pr, t, p, node, false);
  }

  lemma CutFileEffect(pr: Profile, t: Node, p: Path, q: Path)
    requires Sound(pr, t) && p.In? && IsFileAt(t, p)
    ensures var after := CutFile(t, p);
            && FileAt(after, q) == (if q == p then None else FileAt(t, q))
            && (!pr.implied ==> IsFolderAt(after, q) == IsFolderAt(t, q))
  {
    var node := At(t, p).(file := None);
    GraftEffect(t, p, node, false, q);
    CoversBoth(p, q);
    SameBelow(node, At(t, p), if Covers(p, q) then Tail(p, q) else Here);
    if !pr.implied {
      CutFileSound(pr, t, p);
      KeptIsFolder(pr, t, q);
      KeptIsFolder(pr, CutFile(t, p), q);
    }
  }

  // --- A folder goes

  lemma CutFolderSound(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && p.In? && IsFolderAt(t, p)
    ensures Sound(pr, CutFolder(t, p))
  {
    KidSound(pr, t, p);
    var node := Node(At(t, p).file, false, map[]);
    if !NothingHere(node) {
      assert pr.clash;
    }
    GraftSound(pr, t, p, node, false);
  }

  lemma CutFolderEffect(pr: Profile, t: Node, p: Path, q: Path)
    requires Sound(pr, t) && p.In? && IsFolderAt(t, p)
    ensures var after := CutFolder(t, p);
            && FileAt(after, q) == (if Above(p, q) then None else FileAt(t, q))
            && (!pr.implied ==> IsFolderAt(after, q) == (IsFolderAt(t, q) && !Covers(p, q)))
  {
    var node := Node(At(t, p).file, false, map[]);
    GraftEffect(t, p, node, false, q);
    if Above(p, q) {
      var r := Tail(p, q);
      AtVoid(r.rest);
      assert Kid(node, r.name) == Void;
    }
    if !pr.implied {
      CutFolderSound(pr, t, p);
      KeptIsFolder(pr, t, q);
      KeptIsFolder(pr, CutFolder(t, p), q);
    }
  }
}
