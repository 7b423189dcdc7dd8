/// Files as they were at some time.
struct WatchedFiles: Sendable, Hashable {
  let paths: [String]
  private let stamps: [FileStamp?]

  /// As they are now, or as `earlier` saw those that it holds.
  init(_ paths: [String], knowing earlier: WatchedFiles? = nil) {
    self.paths = paths
    stamps = paths.map { path in
      guard let earlier, let index = earlier.paths.firstIndex(of: path) else { return FileStamp(of: path) }
      return earlier.stamps[index]
    }
  }
}
