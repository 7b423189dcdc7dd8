import DequeModule

extension RequestTarget {
  /// The conversation with ids of tool calls that the target takes, each call's its own: a call and its result keep
  /// together, also where a client brings equal or empty ids.
  ///
  /// `fit` is the dialect's own rule, where it has one.
  func fitToolCallIDs(
    of conversation: Conversation, as fit: ProviderShape.ToolCallIDs? = nil
  ) -> Conversation {
    guard conversation.turns.contains(where: { $0.role == .tool || $0.parts.contains(where: \.isToolCall) })
    else {
      return conversation
    }
    var ids = ToolCallIDs(fit: fit ?? shape.toolCallIDs)
    var conversation = conversation
    for turn in conversation.turns.indices {
      for part in conversation.turns[turn].parts.indices {
        switch conversation.turns[turn].parts[part] {
        case .toolCall(var call) where call.kind != .legacy:
          call.id = ids.call(call.id)
          conversation.turns[turn].parts[part] = .toolCall(call)
        case .toolResult(var result):
          result.callID = ids.result(of: result.callID)
          conversation.turns[turn].parts[part] = .toolResult(result)
        default: break
        }
      }
    }
    return conversation
  }
}

extension Part {
  fileprivate var isToolCall: Bool { if case .toolCall = self { true } else { false } }
}

/// Gives the calls of a conversation ids of their own, in the order in which they come.
private struct ToolCallIDs {
  let fit: ProviderShape.ToolCallIDs
  private var used: Set<String> = []
  /// By the client's id: the ids of calls whose results have not come, the oldest first.
  private var open: [String: Deque<String>] = [:]
  /// The id that the last call of a client's id got.
  private var last: [String: String] = [:]
  private var count = 0

  init(fit: ProviderShape.ToolCallIDs) { self.fit = fit }

  mutating func call(_ id: String) -> String {
    var fitting = fitted(id)
    while fitting.isEmpty || used.contains(fitting) {
      count += 1
      fitting = fitted("\(id)#\(count)", isNew: true)
    }
    used.insert(fitting)
    open[id, default: []].append(fitting)
    last[id] = fitting
    return fitting
  }

  mutating func result(of id: String) -> String {
    open[id]?.popFirst() ?? last[id] ?? id
  }

  private func fitted(_ id: String, isNew: Bool = false) -> String {
    switch fit {
    case .any: return isNew ? "call_\(Self.digest(id))" : id
    case .wordCharacters: return isNew ? "call_\(Self.digest(id))" : Self.cleaned(id)
    case .nineAlphanumerics:
      let fits = id.utf8.count == 9 && id.utf8.allSatisfy(Self.isAlphanumeric)
      return fits ? id : Self.digest(id)
    }
  }

  private static func cleaned(_ id: String) -> String {
    String(
      String.UnicodeScalarView(
        id.unicodeScalars.map { scalar in
          scalar == "-" || (scalar.isASCII && isAlphanumeric(UInt8(scalar.value))) ? scalar : "_"
        }))
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// Nine letters and digits: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), the same in every process, so that
  /// equal requests stay equal.
  private static func digest(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    return String(
      decoding: (0..<9).map { _ -> UInt8 in
        defer { hash /= 36 }
        return digits[Int(hash % 36)]
      }, as: UTF8.self)
  }
}
