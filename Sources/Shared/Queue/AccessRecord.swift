import NIOCore

/// A tenant's or key's record as it is stored.
public struct AccessRecord: Sendable, Hashable {
  public let id: String
  /// Nil where there is none.
  public let json: ByteBuffer?
  /// Which version it is, greater than all before it; 0 where there is none. It is the record's ETag.
  public let epoch: Int
  /// When a key was used last (Unix milliseconds), to the minute; nil when never, and where it was not asked for.
  public let lastUsedAt: Int64?

  init(id: String, _ json: RESPValue, epoch: RESPValue) throws(QueueError) {
    guard let json = json.buffer, let epoch = epoch.integer else { throw .unexpectedReply(step: "access") }
    self.id = id
    self.json = json.readableBytes > 0 ? json : nil
    self.epoch = Int(epoch)
    lastUsedAt = nil
  }

  /// An element of a list.
  init(_ reply: RESPValue) throws(QueueError) {
    guard let parts = reply.array, parts.count == 4, let id = parts[0].string, let json = parts[1].buffer,
      let epoch = parts[2].integer
    else { throw .unexpectedReply(step: "access_list") }
    self.id = id
    self.json = json
    self.epoch = Int(epoch)
    lastUsedAt = parts[3].string.flatMap(Int64.init)
  }
}
