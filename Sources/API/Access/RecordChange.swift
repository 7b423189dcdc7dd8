/// What became of a change of a record.
enum RecordChange: Sendable, Hashable {
  case done(epoch: Int)
  /// There is one of that name.
  case exists
  case absent
  /// Somebody has changed it meanwhile.
  case overtaken
  /// So many jobs of the tenant have not ended.
  case hasJobs(Int)
}
