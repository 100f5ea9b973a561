include "Judgement.dfy"

// Listings, globs and totals say exactly what is there.
module Listings {
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
  import opened Judgement

  // --- Entries

  lemma LiftExact<T>(subtrees: map<Name, map<Path, T>>, q: Path)
    ensures q in Lift(subtrees) <==> q.In? && q.name in subtrees && q.rest in subtrees[q.name]
    ensures q in Lift(subtrees) ==> Lift(subtrees)[q] == subtrees[q.name][q.rest]
  {
  }

  // Exactly the nodes below, within the depth.
  lemma EntriesExact(pr: Profile, t: Node, depth: Depth, q: Path)
    requires KidsSound(pr, t)
    ensures q in Entries(t, depth) <==> q.In? && Within(q, depth) && !NothingHere(At(t, q))
    ensures q in Entries(t, depth) ==> Entries(t, depth)[q] == At(t, q)
    decreases t, 0
  {
    var subtrees := map x | x in t.kids :: Subtree(t.kids[x], depth);
    LiftExact(subtrees, q);
    if q.In? {
      if q.name in t.kids {
        SubtreeExact(pr, t.kids[q.name], depth, q.rest);
      } else {
        AtVoid(q.rest);
      }
    }
  }

  lemma SubtreeExact(pr: Profile, t: Node, depth: Depth, q: Path)
    requires NodeSound(pr, t)
    ensures q in Subtree(t, depth) <==> (depth.Unlimited? || Length(q) <= depth.more) && !NothingHere(At(t, q))
    ensures q in Subtree(t, depth) ==> Subtree(t, depth)[q] == At(t, q)
    decreases t, 1
  {
    if t.kids == map[] {
      if q.In? {
        AtVoid(q.rest);
      }
    } else if depth != Levels(0) {
      EntriesExact(pr, t, if depth.Unlimited? then depth else Levels(depth.more - 1), q);
    }
  }

  // --- What a listing is, in terms of what is at each path

  // `files` are exactly the files below `p` that the depth and the pattern ask for, by their path from `p`.
  ghost predicate AreFiles(t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>, files: map<Path, nat>) {
    forall q ::
      && (q in files <==> q.In? && Within(q, depth) && Chosen(q, pattern) && IsFileAt(t, Join(p, q)))
      && (q in files ==> IsFileAt(t, Join(p, q)) && files[q] == FileAt(t, Join(p, q)).value.size)
  }

  // `folders` are exactly the folders below `p` that the depth and the pattern ask for.
  ghost predicate AreFolders(t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>, folders: map<Path, ()>) {
    forall q ::
      q in folders <==> q.In? && Within(q, depth) && Chosen(q, pattern) && IsFolderAt(t, Join(p, q))
  }

  lemma FilesInExact(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Sound(pr, t)
    ensures AreFiles(t, p, depth, pattern, FilesIn(Entries(At(t, p), depth), pattern))
  {
    KidSound(pr, t, p);
    var files := FilesIn(Entries(At(t, p), depth), pattern);
    forall q
      ensures q in files <==> q.In? && Within(q, depth) && Chosen(q, pattern) && IsFileAt(t, Join(p, q))
      ensures q in files ==> IsFileAt(t, Join(p, q)) && files[q] == FileAt(t, Join(p, q)).value.size
    {
      EntriesExact(pr, At(t, p), depth, q);
      AtJoin(t, p, q);
    }
  }

  lemma FoldersInExact(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Sound(pr, t)
    ensures AreFolders(t, p, depth, pattern, FoldersIn(Entries(At(t, p), depth), pattern))
  {
    KidSound(pr, t, p);
    var folders := FoldersIn(Entries(At(t, p), depth), pattern);
    forall q
      ensures q in folders <==> q.In? && Within(q, depth) && Chosen(q, pattern) && IsFolderAt(t, Join(p, q))
    {
      EntriesExact(pr, At(t, p), depth, q);
      AtJoin(t, p, q);
    }
  }

  // --- The operations

  // The answers as the model computes them; the theorems then need not look into the model.
  lemma ListingsAre(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Listing in pr.capabilities
    ensures Apply(pr, t, ListFiles(Good(p), depth, pattern)) == (t, Ok(Files(FilesIn(Entries(At(t, p), depth), pattern))))
    ensures Apply(pr, t, ListFolders(Good(p), depth, pattern))
         == (t, Ok(Folders(FoldersIn(Entries(At(t, p), depth), pattern))))
  {
    hide Entries, FilesIn, FoldersIn, At;
  }

  lemma ChildrenAre(pr: Profile, t: Node, p: Path)
    requires Listing in pr.capabilities
    ensures var entries := Entries(At(t, p), Levels(0));
            Apply(pr, t, IterChildren(Good(p))) == (t, Ok(Children(FilesIn(entries, None), FoldersIn(entries, None))))
  {
    hide Entries, FilesIn, FoldersIn, At;
  }

  lemma TotalsAre(pr: Profile, t: Node, p: Path, depth: Depth)
    requires Metadata in pr.capabilities && IsFolderAt(t, p)
    ensures var files := FilesIn(Entries(At(t, p), depth), None);
            Apply(pr, t, GetFolderInfo(Good(p), depth)) == (t, Ok(Totals(|files|, Sum(files))))
  {
    hide Entries, FilesIn, At, Sum, SumOver;
  }

  lemma ListFilesAnswers(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Sound(pr, t) && Listing in pr.capabilities
    ensures {:error "LIST-001: list_files gives exactly the files within the depth, with their sizes"}
  var (after, outcome) := Apply(pr, t, ListFiles(Good(p), depth, pattern));
  after == t && outcome.Ok? && outcome.value.Files? && AreFiles(t, p, depth, pattern, outcome.value.files)
  {
    FilesInExact(pr, t, p, depth, pattern);
    ListingsAre(pr, t, p, depth, pattern);
    hide Apply, Entries, FilesIn, FoldersIn, AreFiles, Sound, At;
  }

  lemma ListFoldersAnswers(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Sound(pr, t) && Listing in pr.capabilities
    ensures {:error "LIST-002: list_folders gives exactly the folders within the depth"}
  var (after, outcome) := Apply(pr, t, ListFolders(Good(p), depth, pattern));
  after == t && outcome.Ok? && outcome.value.Folders? && AreFolders(t, p, depth, pattern, outcome.value.folders)
  {
    FoldersInExact(pr, t, p, depth, pattern);
    ListingsAre(pr, t, p, depth, pattern);
    hide Apply, Entries, FilesIn, FoldersIn, AreFolders, Sound, At;
  }

  lemma IterChildrenAnswers(pr: Profile, t: Node, p: Path)
    requires Sound(pr, t) && Listing in pr.capabilities
    ensures {:error "LIST-003: iter_children gives the files and the folders directly inside"}
  var (after, outcome) := Apply(pr, t, IterChildren(Good(p)));
  && after == t && outcome.Ok? && outcome.value.Children?
  && AreFiles(t, p, Levels(0), None, outcome.value.files)
  && AreFolders(t, p, Levels(0), None, outcome.value.folders)
  {
    FilesInExact(pr, t, p, Levels(0), None);
    FoldersInExact(pr, t, p, Levels(0), None);
    ChildrenAre(pr, t, p);
    hide Apply, Entries, FilesIn, FoldersIn, AreFiles, AreFolders, Sound, At;
  }

  lemma NoFolderListsNothing(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Opt<Pattern>)
    requires Sound(pr, t) && Listing in pr.capabilities && !IsFolderAt(t, p)
    ensures {:error "LIST-004: what is no folder lists as nothing, without an error"}
  && Apply(pr, t, ListFiles(Good(p), depth, pattern)) == (t, Ok(Files(map[])))
  && Apply(pr, t, ListFolders(Good(p), depth, pattern)) == (t, Ok(Folders(map[])))
  && Apply(pr, t, IterChildren(Good(p))) == (t, Ok(Children(map[], map[])))
  {
    NothingInside(At(t, p), depth, pattern);
    NothingInside(At(t, p), Levels(0), None);
    ListingsAre(pr, t, p, depth, pattern);
    ChildrenAre(pr, t, p);
    hide Apply, Entries, FilesIn, FoldersIn, Sound, At;
  }

  lemma NothingInside(t: Node, depth: Depth, pattern: Opt<Pattern>)
    requires !FolderHere(t)
    ensures FilesIn(Entries(t, depth), pattern) == map[]
    ensures FoldersIn(Entries(t, depth), pattern) == map[]
  {
    assert Entries(t, depth) == map[];
    hide Entries;
    assert FilesIn(map[], pattern) == map[];
    assert FoldersIn(map[], pattern) == map[];
  }

  lemma ListsNeverFail(pr: Profile, t: Node, op: Op, e: Error)
    requires Sound(pr, t) && Listing in pr.capabilities
    requires (op.ListFiles? || op.ListFolders? || op.IterChildren?) && op.path.Good?
    ensures {:error "LIST-004: no listing of a valid path fails"} !Judge(pr, t, op, Fail(e))
  {
    JudgeIsRight(pr, t, op, Fail(e));
  }

  // A pattern takes away the entries whose last name it does not match, and no others.
  lemma PatternFilters(pr: Profile, t: Node, p: Path, depth: Depth, pattern: Pattern, q: Path)
    requires Sound(pr, t) && Listing in pr.capabilities
    ensures {:error "LIST-005: a pattern filters by the last name, of files and of folders"}
  var all := Apply(pr, t, ListFiles(Good(p), depth, None)).1.value.files;
  var some := Apply(pr, t, ListFiles(Good(p), depth, Some(pattern))).1.value.files;
  var allFolders := Apply(pr, t, ListFolders(Good(p), depth, None)).1.value.folders;
  var someFolders := Apply(pr, t, ListFolders(Good(p), depth, Some(pattern))).1.value.folders;
  && (q in some <==> q in all && q.In? && pattern(LastName(q)))
  && (q in someFolders <==> q in allFolders && q.In? && pattern(LastName(q)))
  {
    FilesInExact(pr, t, p, depth, None);
    FilesInExact(pr, t, p, depth, Some(pattern));
    FoldersInExact(pr, t, p, depth, None);
    FoldersInExact(pr, t, p, depth, Some(pattern));
  }

  lemma GlobAnswers(pr: Profile, t: Node, glob: Glob)
    requires Sound(pr, t) && Globbing in pr.capabilities
    ensures {:error "GLOB-001: glob gives exactly the files whose whole path matches, with their sizes"}
  var (after, outcome) := Apply(pr, t, GlobFiles(glob));
  && after == t && outcome.Ok? && outcome.value.Files?
  && var files := outcome.value.files;
  && (forall q :: q in files <==> IsFileAt(t, q) && Fits(glob, q))
  && (forall q | q in files :: files[q] == FileAt(t, q).value.size)
  {
    var files := FilesFitting(Entries(t, Unlimited), glob);
    forall q
      ensures q in files <==> IsFileAt(t, q) && Fits(glob, q)
      ensures q in files ==> files[q] == FileAt(t, q).value.size
    {
      EntriesExact(pr, t, Unlimited, q);
      RootIsFolder(pr, t);
    }
  }

  // What a glob means, said without the search that the model does: `**` is any number of folders, none included.
  lemma GlobMeans(glob: Glob, p: Path)
    ensures {:error "GLOB-001: nothing is left to match at the end, and a segment matches one name"}
  && (glob.End? ==> (Fits(glob, p) <==> p.Here?))
  && (glob.One? ==> (Fits(glob, p) <==> p.In? && glob.pattern(p.name) && Fits(glob.tail, p.rest)))
    ensures {:error "GLOB-001: a final ** matches every file below"}
  glob == Any(End) ==> (Fits(glob, p) <==> p.In?)
    ensures {:error "GLOB-001: ** stands for any number of folders"}
  glob.Any? && !glob.tail.End? ==> (Fits(glob, p) <==> exists a, b :: p == Join(a, b) && Fits(glob.tail, b))
  {
    if glob.Any? && !glob.tail.End? {
      if Fits(glob, p) {
        var a, b := Split(glob, p);
        assert p == Join(a, b) && Fits(glob.tail, b);
      }
      forall a, b | p == Join(a, b) && Fits(glob.tail, b) ensures Fits(glob, p) {
        SkipFolders(glob, a, b);
      }
      assert (exists a, b :: p == Join(a, b) && Fits(glob.tail, b)) ==> Fits(glob, p);
    }
  }

  lemma Split(glob: Glob, p: Path) returns (a: Path, b: Path)
    requires glob.Any? && !glob.tail.End? && Fits(glob, p)
    ensures p == Join(a, b) && Fits(glob.tail, b)
  {
    if Fits(glob.tail, p) {
      a, b := Here, p;
    } else {
      a, b := Split(glob, p.rest);
      a := In(p.name, a);
    }
  }

  lemma SkipFolders(glob: Glob, a: Path, b: Path)
    requires glob.Any? && !glob.tail.End? && Fits(glob.tail, b)
    ensures Fits(glob, Join(a, b))
  {
  }

  lemma FolderInfoAnswers(pr: Profile, t: Node, p: Path, depth: Depth)
    requires Sound(pr, t) && Metadata in pr.capabilities && IsFolderAt(t, p)
    ensures {:error "INFO-002: get_folder_info counts the files within the depth, and sums their sizes"}
  var (after, outcome) := Apply(pr, t, GetFolderInfo(Good(p), depth));
  var files := FilesIn(Entries(At(t, p), depth), None);
  && after == t && AreFiles(t, p, depth, None, files)
  && outcome == Ok(Totals(|files|, Sum(files)))
  {
    FilesInExact(pr, t, p, depth, None);
    TotalsAre(pr, t, p, depth);
    hide Apply, Entries, FilesIn, AreFiles, Sound, At, Sum, SumOver;
  }
}
