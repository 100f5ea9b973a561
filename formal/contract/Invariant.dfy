include "Tree.dfy"
include "Profiles.dfy"

// Which trees are states of a store.
module Invariant {
  import opened Paths
  import opened Tree
  import opened Profiles

  // The root is a kept folder and no file.
  predicate Sound(pr: Profile, t: Node) {
    t.kept && !FileHere(t) && KidsSound(pr, t)
  }

  // Below it nothing void is stored; folders are kept, or all that is there is there for a file; and where the
  // profile refuses a clash no node is file and folder.
  predicate KidsSound(pr: Profile, t: Node)
    decreases t, 0
  {
    forall x | x in t.kids :: NodeSound(pr, t.kids[x])
  }

  predicate NodeSound(pr: Profile, t: Node)
    decreases t, 1
  {
    && !NothingHere(t)
    && (if pr.implied then !t.kept else t.kids != map[] ==> t.kept)
    && (pr.clash || !FileHere(t) || !FolderHere(t))
    && KidsSound(pr, t)
  }
}
