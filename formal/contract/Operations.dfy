include "Tree.dfy"
include "Profiles.dfy"

// What can be asked of a store.
module Operations {
  import opened Opaque
  import opened Paths
  import opened Tree
  import opened Profiles

  datatype Op =
    | Exists(path: Arg)
    | IsFile(path: Arg)
    | IsFolder(path: Arg)
    | Read(path: Arg)
    | Write(path: Arg, file: FileData, overwrite: bool, atomic: bool)
    | Delete(path: Arg, missingOk: bool)
    | DeleteFolder(path: Arg, recursive: bool, missingOk: bool)
    | ListFiles(path: Arg, depth: Depth, pattern: Opt<Pattern>)
    | ListFolders(path: Arg, depth: Depth, pattern: Opt<Pattern>)
    | IterChildren(path: Arg)
    | GlobFiles(glob: Glob)
    | GetFileInfo(path: Arg)
    | Head(path: Arg)
    | GetFolderInfo(path: Arg, depth: Depth)
    | Move(path: Arg, dst: Arg, overwrite: bool)
    | Copy(path: Arg, dst: Arg, overwrite: bool)

  // The capability without which a store refuses the operation; asking what is where needs none.
  function Gate(op: Op): Opt<Capability> {
    match op
    case Exists(_) => None
    case IsFile(_) => None
    case IsFolder(_) => None
    case Read(_) => Some(Reading)
    case Write(_, _, _, atomic) => Some(if atomic then AtomicWriting else Writing)
    case Delete(_, _) => Some(Deleting)
    case DeleteFolder(_, _, _) => Some(Deleting)
    case ListFiles(_, _, _) => Some(Listing)
    case ListFolders(_, _, _) => Some(Listing)
    case IterChildren(_) => Some(Listing)
    case GlobFiles(_) => Some(Globbing)
    case GetFileInfo(_) => Some(Metadata)
    case Head(_) => Some(Metadata)
    case GetFolderInfo(_, _) => Some(Metadata)
    case Move(_, _, _) => Some(Moving)
    case Copy(_, _, _) => Some(Copying)
  }

  // Whether the profile has every capability that the operation needs.
  predicate Capable(pr: Profile, op: Op) {
    var gate := Gate(op);
    && (gate.None? || gate.value in pr.capabilities)
    && (op.Write? && op.file.meta.Some? ==> UserMetadata in pr.capabilities)
  }
}
