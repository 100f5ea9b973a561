// What the contract never looks into.  The oracle's adapter supplies these: names are text, blobs are bytes,
// metadata is a tuple of pairs and a pattern is a shell pattern for one name.
module Opaque {

  type {:extern} Name(==, !new)
  type {:extern} Blob(==, !new)
  type {:extern} Meta(==, !new)
  type {:extern} Pattern(==, !new)

  // The length of a content in bytes, as the adapter measures it.
  function {:extern} Measure(blob: Blob): int

  // The same, made a natural number here, because a promise of the adapter would be an axiom.
  function Size(blob: Blob): nat {
    var size := Measure(blob);
    if size < 0 then 0 else size
  }

  // Whether there is anything in it: empty metadata needs no capability.
  predicate {:extern} HasMeta(meta: Meta)

  // Whether a pattern such as `*.txt` fits one name.
  predicate {:extern} Matches(pattern: Pattern, name: Name)

  datatype Opt<+T> = None | Some(value: T)
}
