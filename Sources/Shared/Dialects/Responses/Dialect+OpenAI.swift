extension Dialect {
  /// Whether it is one of the two in which OpenAI's models are asked.
  var isOpenAIs: Bool { self == .chat || self == .responses }
}
