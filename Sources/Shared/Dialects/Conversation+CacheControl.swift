import OrderedCollections

extension Conversation {
  /// The conversation without Anthropic's marks of how far a prompt is cached, for a server that refuses them.
  var withoutCacheControl: Conversation {
    var conversation = self
    conversation.extras["cache_control"] = nil
    for turn in turns.indices where turns[turn].hasCacheControl {
      conversation.turns[turn].extras["cache_control"] = nil
      for part in turns[turn].parts.indices { conversation.turns[turn].parts[part].removeCacheControl() }
    }
    conversation.tools = tools.map { tool in
      guard case .function(var function) = tool else { return tool }
      function.extras["cache_control"] = nil
      if case .object(var inner)? = function.extras["function"] {
        inner["cache_control"] = nil
        function.extras["function"] = inner.isEmpty ? nil : .object(inner)
      }
      return .function(function)
    }
    return conversation
  }
}

extension Turn {
  fileprivate var hasCacheControl: Bool {
    extras["cache_control"] != nil || parts.contains { $0.extras?["cache_control"] != nil }
  }
}

extension Part {
  fileprivate var extras: JSONObject? {
    switch self {
    case .text(let part): part.extras
    case .image(let image): image.extras
    case .document(let document): document.extras
    case .toolCall(let call): call.extras
    default: nil
    }
  }

  fileprivate mutating func removeCacheControl() {
    switch self {
    case .text(var part):
      part.extras["cache_control"] = nil
      self = .text(part)
    case .image(var image):
      image.extras["cache_control"] = nil
      self = .image(image)
    case .document(var document):
      document.extras["cache_control"] = nil
      self = .document(document)
    case .toolCall(var call):
      call.extras["cache_control"] = nil
      self = .toolCall(call)
    default: break
    }
  }
}
