/// A notice in the stream of all.
public struct StoredNotice: Sendable, Hashable {
  /// Its place in the stream, such as `1738312502481-0`.
  public let place: String
  public let notice: Notice

  /// Reads one entry of the stream; nil for anything else.
  init?(_ entry: RESPValue) {
    guard let parts = entry.array, parts.count == 2, let place = parts[0].string, let pairs = parts[1].array
    else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      if let name = pairs[index].string { fields[name] = pairs[index + 1].string }
    }
    guard let notice = Notice(fields) else { return nil }
    self.place = place
    self.notice = notice
  }
}
