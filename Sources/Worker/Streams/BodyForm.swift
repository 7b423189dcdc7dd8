/// What the body of a success is, as its first bytes say: a stream of events, or anything else. Servers send streams as
/// `text/plain`, `application/json` or without a type, and whole answers as `text/event-stream`.
enum BodyForm: Sendable, Hashable {
  case events, whole

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// That the first line of a stream may begin with; a comment has none.
  private static let fields = ["data", "event", "id", "retry"].map { Array($0.utf8) }

  /// Nil as long as too little has come. What looks like neither is what its type says.
  init?(beginningWith bytes: some Collection<UInt8>, isTyped: Bool) {
    var bytes = bytes[...]
    if bytes.count < Self.mark.count, Self.mark.starts(with: bytes) { return nil }
    if bytes.starts(with: Self.mark) { bytes = bytes.dropFirst(Self.mark.count) }
    bytes = bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch bytes.first {
    case nil: return nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): self = .whole
    case UInt8(ascii: ":"): self = .events
    default:
      if let field = Self.fields.first(where: { $0.starts(with: bytes.prefix($0.count)) }) {
        guard let next = bytes.dropFirst(field.count).first else { return nil }
        self = isTyped || [UInt8(ascii: ":"), 0x0A, 0x0D].contains(next) ? .events : .whole
      } else {
        self = isTyped ? .events : .whole
      }
    }
  }
}
