public import NIOCore

/// A request as it is stored for the worker that runs it: with what the worker has to know beside it.
public struct StoredRequest: Sendable {
  public let request: JobRequest
  /// How its answer is to be stored.
  public let form: StoredForm
  /// Whether targets without a known price are passed over: a hard budget stands, and its tenant wants it so.
  public let isPricedOnly: Bool
  /// The conversation that it goes on with, where its route keeps one with the target that answered it last.
  public let thread: String?

  /// Of ``thread``: hexadecimal digits.
  public static let threadLength = 32

  private static let pricedOnlyMember = "priced_only"
  private static let threadMember = "sluice_thread"

  /// The stored form of a request, which has these marks in front.
  public static func marked(_ encoded: ByteBuffer, isPricedOnly: Bool, thread: String?) -> ByteBuffer {
    guard isPricedOnly || thread != nil else { return encoded }
    // An object has members.
    var buffer = ByteBuffer(string: "{")
    if isPricedOnly { buffer.writeString("\"\(pricedOnlyMember)\":true,") }
    if let thread { buffer.writeString("\"\(threadMember)\":\"\(thread)\",") }
    buffer.writeImmutableBuffer(
      encoded.getSlice(at: encoded.readerIndex + 1, length: encoded.readableBytes - 1) ?? encoded)
    return buffer
  }

  /// Reads what ``marked(_:isPricedOnly:thread:)`` and ``JobRequest/encoded()`` write. Throws ``StoredJobError`` for anything
  /// else.
  public init(_ buffer: ByteBuffer) throws(StoredJobError) {
    var value: JSONValue
    do { value = try JSONParser.parse(buffer, of: .own) } catch {
      throw .unreadable(what: "request", "\(error)")
    }
    isPricedOnly = value[Self.pricedOnlyMember] != nil
    // Of a client's own embedding such a member may be anything.
    let thread = value[Self.threadMember]?.string.flatMap { Self.isThread($0) ? $0 : nil }
    if isPricedOnly || thread != nil, case .object(var members) = value {
      members[Self.pricedOnlyMember] = nil
      members[Self.threadMember] = nil
      value = .object(members)
    }
    (request, form) = try JobRequest.read(unmarked: value)
    if case .chat = request { self.thread = thread } else { self.thread = nil }
  }

  private static func isThread(_ text: String) -> Bool {
    text.utf8.count == threadLength
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}

extension JobRequest {
  /// The stored form of one for which targets without a known price are passed over: ``StoredRequest/isPricedOnly``.
  public static func pricedOnly(_ encoded: ByteBuffer) -> ByteBuffer {
    StoredRequest.marked(encoded, isPricedOnly: true, thread: nil)
  }

  /// What stands in a ``StoredRequest``, but for its conversation.
  public static func read(
    _ buffer: ByteBuffer
  ) throws(StoredJobError) -> (request: JobRequest, form: StoredForm, isPricedOnly: Bool) {
    let stored = try StoredRequest(buffer)
    return (stored.request, stored.form, stored.isPricedOnly)
  }
}
