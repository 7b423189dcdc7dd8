public import NIOCore

/// A conversation that is kept for its client.
public struct KeptConversation: Sendable {
  public let id: ConversationID
  /// Unix milliseconds.
  public let created: Int64
  /// A JSON object; nil when the client gave none.
  public let metadata: ByteBuffer?
  /// The id of the key that made it; nil for `SERVICE_API_KEY`.
  public let key: String?
  /// How often it was changed when its first entry was read.
  public let version: Int64
  /// How many bytes it takes in Redis when its first entry was read.
  public let size: Int
  /// What was said, the oldest first, as far as it was read.
  public internal(set) var entries: [ConversationEntry] = []
  /// Whether there is more, for which there was no room.
  public internal(set) var isCut = false
  /// Whether what was said last is left out: a failover may undo it yet.
  var lacksLast = false

  /// As it was before what was said last, where that is left out: who asks there would be answered without it, and stand behind
  /// it.
  public var place: ConversationPlace {
    ConversationPlace(id: id, version: lacksLast ? max(0, version - 1) : version)
  }

  /// A response in it of whose end nobody may be told yet.
  let untold: JobID?
  /// The number of the entry behind which to go on; nil at the end.
  let next: Int?

  /// Reads what the step `conversation` returns; nil for anything else.
  init?(_ id: ConversationID, _ page: [RESPValue]) {
    guard page.count >= 7, !page.count.isMultiple(of: 2), let created = page[0].string.flatMap(Int64.init),
      let version = page[3].string.flatMap(Int64.init), let size = page[6].string.flatMap(Int.init)
    else { return nil }
    self.id = id
    self.created = created
    metadata = page[1].buffer.flatMap { $0.readableBytes > 0 ? $0 : nil }
    key = page[2].string.flatMap { $0.isEmpty ? nil : $0 }
    self.version = version
    self.size = size
    next = page[4].string.flatMap(Int.init)
    untold = page[5].string.flatMap(JobID.init(rawValue:))
    for index in stride(from: 7, to: page.count, by: 2) {
      guard let number = page[index].string.flatMap(Int.init),
        let entry = page[index + 1].buffer.flatMap({ ConversationEntry(number: number, stored: $0) })
      else { return nil }
      entries.append(entry)
    }
  }
}
