include "Paths.dfy"

// What a store can answer.
module Outcomes {
  import opened Opaque
  import opened Paths

  datatype Error = NotFound | AlreadyExists | InvalidPath | CapabilityNotSupported | DirectoryNotEmpty

  // Paths in values are relative to the folder that was asked.  Sets of folders are maps to `()`: a set
  // comprehension takes quadratic time in the compiled oracle, a map comprehension linear.
  datatype Value =
    | Done
    | Truth(truth: bool)
    | Content(content: Blob)
    | Info(size: nat, meta: Opt<Meta>)
    | Files(files: map<Path, nat>)
    | Folders(folders: map<Path, ()>)
    | Children(files: map<Path, nat>, folders: map<Path, ()>)
    | Totals(fileCount: nat, totalSize: nat)

  datatype Outcome = Ok(value: Value) | Fail(error: Error)

  // The bytes of all files of a listing.
  function Sum(files: map<Path, nat>): (bytes: nat)
    ensures bytes == SumOver(files, files.Keys)
  {
    SumOver(files, files.Keys)
  } by method {
    bytes := 0;
    var rest := files.Keys;
    while rest != {}
      invariant rest <= files.Keys
      invariant bytes + SumOver(files, rest) == SumOver(files, files.Keys)
      decreases rest
    {
      var p :| p in rest;
      SumOverAny(files, rest, p);
      rest := rest - {p};
      bytes := bytes + files[p];
    }
  }

  ghost function SumOver(files: map<Path, nat>, which: set<Path>): nat
    requires which <= files.Keys
  {
    if which == {} then 0 else
    var p :| p in which;
    files[p] + SumOver(files, which - {p})
  }

  // The order of summing does not matter.
  lemma SumOverAny(files: map<Path, nat>, which: set<Path>, p: Path)
    requires p in which && which <= files.Keys
    ensures SumOver(files, which) == files[p] + SumOver(files, which - {p})
    decreases which
  {
    var q :| q in which && SumOver(files, which) == files[q] + SumOver(files, which - {q});
    if q != p {
      SumOverAny(files, which - {q}, p);
      SumOverAny(files, which - {p}, q);
      assert which - {q} - {p} == which - {p} - {q};
    }
  }
}
