public import NIOCore

/// What was said in a conversation at once: by its client, or by a response and who asked it.
public struct ConversationEntry: Sendable {
  public enum Content: Sendable {
    /// A JSON array.
    case items(ByteBuffer)
    /// As the response's job has left it: ``KeptRequest/body`` and ``JobResult/encoded(as:)``. `created` is when it was asked, in Unix
    /// milliseconds.
    case response(asked: ByteBuffer, answer: ByteBuffer, created: Int64)
  }

  public let number: Int
  /// The response's job; nil for what the client has put there.
  public let job: JobID?
  public let content: Content
  /// How many bytes of it are held when it is read.
  public let size: Int

  /// Reads what said.lua writes; nil for anything else.
  init?(number: Int, stored: ByteBuffer) {
    self.number = number
    size = stored.readableBytes
    var words = stored
    let kind = words.readWord()
    job = words.readWord().flatMap(JobID.init(rawValue:))
    switch kind {
    case "i": content = .items(words)
    case "r":
      guard job != nil, let created = words.readWord().flatMap(Int64.init),
        let length = words.readWord().flatMap(Int.init), let asked = words.readSlice(length: length)
      else { return nil }
      content = .response(asked: asked, answer: words, created: created)
    default: return nil
    }
  }

  /// What is stored of items, a JSON array.
  static func stored(_ items: ByteBuffer, of job: JobID?) -> ByteBuffer {
    var words = ByteBuffer(string: "i \(job?.rawValue ?? "-") ")
    words.writeImmutableBuffer(items)
    return words
  }
}

/// An entry that is to stand in the place of another.
public struct ConversationEdit: Sendable {
  let number: Int
  /// Empty where it goes.
  let stored: ByteBuffer

  /// `items` are a JSON array; nil takes the entry away.
  public init(_ number: Int, items: ByteBuffer?, of job: JobID?) {
    self.number = number
    stored = items.map { ConversationEntry.stored($0, of: job) } ?? ByteBuffer()
  }
}
