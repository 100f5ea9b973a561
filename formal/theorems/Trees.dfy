include "../contract/Tree.dfy"

// What an edit does to the tree, path by path.  Everything later rests on these few facts.
module Trees {
  import opened Opaque
  import opened Paths
  import opened Tree

  lemma NothingIsVoid(t: Node)
    ensures NothingHere(t) <==> t == Void
  {
  }

  lemma AtVoid(p: Path)
    ensures At(Void, p) == Void
  {
  }

  lemma AtJoin(t: Node, p: Path, q: Path)
    ensures At(t, Join(p, q)) == At(At(t, p), q)
    decreases p
  {
    if p.In? {
      AtJoin(Kid(t, p.name), p.rest, q);
    }
  }

  lemma CoversJoin(p: Path, q: Path)
    ensures Covers(p, Join(p, q))
    ensures Join(p, q) == p <==> q.Here?
  {
  }

  // What is left of a covered path.
  ghost function Tail(p: Path, q: Path): (r: Path)
    requires Covers(p, q)
    ensures Join(p, r) == q
  {
    if p.Here? then q else Tail(p.rest, q.rest)
  }

  lemma CoversBoth(p: Path, q: Path)
    ensures Covers(p, q) && Covers(q, p) <==> p == q
  {
  }

  lemma CoversTransitive(p: Path, q: Path, r: Path)
    requires Covers(p, q) && Covers(q, r)
    ensures Covers(p, r)
  {
  }

  lemma JoinAssociates(p: Path, q: Path, r: Path)
    ensures Join(Join(p, q), r) == Join(p, Join(q, r))
  {
  }

  // --- Graft

  lemma KidOfWithKid(t: Node, x: Name, kid: Node, keep: bool, y: Name)
    ensures Kid(WithKid(t, x, kid, keep), y) == if y == x then kid else Kid(t, y)
  {
    NothingIsVoid(kid);
  }

  // At the path and below it there is the new node.
  lemma GraftInside(t: Node, p: Path, node: Node, keep: bool, q: Path)
    ensures At(Graft(t, p, node, keep), Join(p, q)) == At(node, q)
    decreases p
  {
    if p.In? {
      var kid := Graft(Kid(t, p.name), p.rest, node, keep);
      KidOfWithKid(t, p.name, kid, keep, p.name);
      GraftInside(Kid(t, p.name), p.rest, node, keep, q);
    }
  }

  // A path that is neither covered nor above keeps its whole subtree.
  lemma GraftBeside(t: Node, p: Path, node: Node, keep: bool, q: Path)
    requires !Covers(p, q) && !Covers(q, p)
    ensures At(Graft(t, p, node, keep), q) == At(t, q)
    decreases p
  {
    var kid := Graft(Kid(t, p.name), p.rest, node, keep);
    KidOfWithKid(t, p.name, kid, keep, q.name);
    if q.name == p.name {
      GraftBeside(Kid(t, p.name), p.rest, node, keep, q.rest);
    }
  }

  // Above the path files stay, and folders are kept as asked; they are there if there is something to hold.
  lemma GraftAbove(t: Node, p: Path, node: Node, keep: bool, q: Path)
    requires Above(q, p)
    ensures At(Graft(t, p, node, keep), q).file == At(t, q).file
    ensures At(Graft(t, p, node, keep), q).kept == (At(t, q).kept || keep)
    ensures !NothingHere(node) ==> FolderHere(At(Graft(t, p, node, keep), q))
    decreases p
  {
    var kid := Graft(Kid(t, p.name), p.rest, node, keep);
    KidOfWithKid(t, p.name, kid, keep, p.name);
    if q.Here? {
      if !NothingHere(node) {
        GraftIsThere(Kid(t, p.name), p.rest, node, keep);
      }
    } else {
      GraftAbove(Kid(t, p.name), p.rest, node, keep, q.rest);
    }
  }

  lemma GraftIsThere(t: Node, p: Path, node: Node, keep: bool)
    requires !NothingHere(node)
    ensures !NothingHere(Graft(t, p, node, keep))
    decreases p
  {
    if p.In? {
      GraftIsThere(Kid(t, p.name), p.rest, node, keep);
      assert p.name in Graft(t, p, node, keep).kids;
    }
  }

  // Grafting what is there already, with its folders kept as they are, changes nothing.
  lemma GraftTwice(t: Node, p: Path, node: Node, keep: bool)
    requires !NothingHere(node)
    ensures var once := Graft(t, p, node, keep); Graft(once, p, node, keep) == once
    decreases p
  {
    if p.In? {
      var kid := Graft(Kid(t, p.name), p.rest, node, keep);
      GraftIsThere(Kid(t, p.name), p.rest, node, keep);
      KidOfWithKid(t, p.name, kid, keep, p.name);
      GraftTwice(Kid(t, p.name), p.rest, node, keep);
      var once := Graft(t, p, node, keep);
      assert once.kids[p.name := kid] == once.kids;
    }
  }

  // A path goes through a file where one of its folders is a file.
  lemma ThroughFileMeans(t: Node, p: Path)
    ensures ThroughFile(t, p) <==> exists q: Path :: q.In? && Above(q, p) && FileHere(At(t, q))
  {
    if ThroughFile(t, p) {
      var q := FileAbove(t, p);
    }
    if q: Path :| q.In? && Above(q, p) && FileHere(At(t, q)) {
      ThroughThis(t, p, q);
    }
  }

  ghost function FileAbove(t: Node, p: Path): (q: Path)
    requires ThroughFile(t, p)
    ensures q.In? && Above(q, p) && FileHere(At(t, q))
    decreases p
  {
    var kid := Kid(t, p.name);
    assert At(kid, Here) == kid;
    if FileHere(kid) then
      assert Covers(Here, p.rest);
      In(p.name, Here)
    else
      var q := FileAbove(kid, p.rest);
      assert Covers(In(p.name, q), p) && At(t, In(p.name, q)) == At(kid, q);
      In(p.name, q)
  }

  lemma ThroughThis(t: Node, p: Path, q: Path)
    requires q.In? && Above(q, p) && FileHere(At(t, q))
    ensures ThroughFile(t, p)
    decreases p
  {
    assert At(Kid(t, p.name), Here) == Kid(t, p.name);
    if q.rest.In? {
      ThroughThis(Kid(t, p.name), p.rest, q.rest);
    }
  }
}
