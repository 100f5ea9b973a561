// The legitimate differences between storage media: these and no others.
module Profiles {

  datatype Capability =
    Reading | Writing | Deleting | Listing | Globbing | Moving | Copying | AtomicWriting | Metadata | UserMetadata

  // `implied`: folders exist only while something is below them (object stores), else they are kept when they empty.
  // `clash`: one path may be file and folder at once (object stores that do not check), else that is refused.
  datatype Profile = Profile(capabilities: set<Capability>, implied: bool, clash: bool)
}
