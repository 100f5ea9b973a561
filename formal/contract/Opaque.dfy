// What the contract never looks into: it only asks whether two of a kind are equal.  In the compiled oracle names are
// text, blobs are bytes and metadata is a tuple of pairs.
module Opaque {

  type {:extern} Name(==, !new)
  type {:extern} Blob(==, !new)
  type {:extern} Meta(==, !new)

  // A shell pattern such as `*.txt` is any predicate on one name; what holds here holds for all of them.
  type Pattern = Name -> bool

  datatype Opt<+T> = None | Some(value: T)
}
