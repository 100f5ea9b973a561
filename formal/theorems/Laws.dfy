include "Effects.dfy"

// What a user relies on from one call to the next.
module Laws {
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

  lemma ReadAnswers(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && Reading in pr.capabilities && IsFileAt(t, p)
    ensures {:error "READ-001: read gives the content of the file at the path and changes nothing"}
  Apply(pr, t, Read(Good(p))) == (t, Ok(Content(FileAt(t, p).value.content)))
  {
    RootIsFolder(pr, t);
  }

  lemma ReadAfterWrite(pr: Profile, t: Node, write: Op)
    requires Sound(pr, t) && write.Write? && Apply(pr, t, write).1.Ok?
    requires {Reading, Metadata} <= pr.capabilities
    ensures {:error "READ-001: read gives what was last written"}
  Apply(pr, Apply(pr, t, write).0, Read(write.path)).1 == Ok(Content(write.file.content))
    ensures {:error "META-002: metadata comes back equal"}
  && Apply(pr, Apply(pr, t, write).0, Head(write.path)).1
     == Ok(Info(write.file.size, write.file.meta))
  && Apply(pr, Apply(pr, t, write).0, GetFileInfo(write.path)).1
     == Ok(Info(write.file.size, write.file.meta))
  {
    Facts(pr, t, write);
    WriteEffect(pr, t, write);
    var after := Apply(pr, t, write).0;
    assert FileAt(after, write.path.path) == Some(write.file);
    assert FileHere(At(after, write.path.path));
    hide Graft, PutFile, Sound;
  }

  lemma WriteTwice(pr: Profile, t: Node, write: Op)
    requires Sound(pr, t) && write.Write? && write.overwrite && Apply(pr, t, write).1.Ok?
    ensures {:error "WRITE-005: writing the same again succeeds and changes nothing"}
  var once := Apply(pr, t, write).0; Apply(pr, once, write) == (once, Apply(pr, t, write).1)
  {
    Facts(pr, t, write);
    var p := write.path.path;
    var keep := !pr.implied;
    var node := At(t, p).(file := Some(write.file));
    PutEffect(t, p, write.file, keep, p);
    var once := Apply(pr, t, write).0;
    GraftEffect(t, p, node, keep, p);
    assert At(once, p) == node;
    GraftTwice(t, p, node, keep);
  }

  // Whatever was at no path before is at no path after; only folders that are kept stay.
  lemma WriteThenDelete(pr: Profile, t: Node, write: Op)
    requires Sound(pr, t) && write.Write? && Apply(pr, t, write).1.Ok? && Deleting in pr.capabilities
    requires !IsFileAt(t, write.path.path)
    ensures {:error "DEL-001: deleting what was just written restores every file, and every folder that is not kept"}
  var (after, outcome) := Apply(pr, Apply(pr, t, write).0, Delete(write.path, false));
  && outcome == Ok(Done)
  && (forall q :: FileAt(after, q) == FileAt(t, q))
  && (forall q :: IsFolderAt(after, q) ==
                  (IsFolderAt(t, q) || (!pr.implied && Above(q, write.path.path))))
  {
    Facts(pr, t, write);
    WriteEffect(pr, t, write);
    ApplyIsSound(pr, t, write);
    var once := Apply(pr, t, write).0;
    var delete := Delete(write.path, false);
    assert FileHere(At(once, write.path.path));
    DeleteEffect(pr, once, delete);
    ApplyIsSound(pr, once, delete);
    var after := Apply(pr, once, delete).0;
    forall q
      ensures FileAt(after, q) == FileAt(t, q)
    {
    }
    forall q
      ensures IsFolderAt(after, q) == (IsFolderAt(t, q) || (!pr.implied && Above(q, write.path.path)))
    {
      assert FoldersAfter(pr, after, q, IsFolderAt(once, q));
      if pr.implied {
        ImpliedIsFolder(pr, t, q);
        SameFilesHeld(t, after, q);
      }
    }
  }

  lemma SameFilesHeld(a: Node, b: Node, p: Path)
    requires forall q :: FileAt(a, q) == FileAt(b, q)
    ensures HoldsFile(a, p) <==> HoldsFile(b, p)
  {
    if r: Path :| r.In? && IsFileAt(a, Join(p, r)) {
      assert FileAt(b, Join(p, r)) == FileAt(a, Join(p, r));
      assert IsFileAt(b, Join(p, r));
    }
    if r: Path :| r.In? && IsFileAt(b, Join(p, r)) {
      assert FileAt(b, Join(p, r)) == FileAt(a, Join(p, r));
      assert IsFileAt(a, Join(p, r));
    }
  }
}
