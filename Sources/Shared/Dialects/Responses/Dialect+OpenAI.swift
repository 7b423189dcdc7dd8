import OrderedCollections

extension Dialect {
  /// Whether it is one of the two in which OpenAI's models are asked.
  var isOpenAIs: Bool { self == .chat || self == .responses }
}

extension Conversation {
  /// The headers that go on to a provider of either of them: betas are OpenAI's, whichever way its models are asked.
  var headersOfOpenAI: JSONObject { dialect.isOpenAIs ? headers : [:] }
}
