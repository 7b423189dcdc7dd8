extension Conversation {
  /// The functions that may be called. Tools of other kinds, such as OpenAI's `custom`, run nowhere else.
  func functions(for provider: String) throws(Untranslatable) -> [FunctionTool] {
    for (index, tool) in tools.enumerated() {
      guard case .other(let json) = tool else { continue }
      let kind = json["type"]?.string ?? ""
      throw kind == "function"
        ? Untranslatable("tools[\(index)]: a function should have a name.")
        : .missing("tools of the type `\(kind)`", in: provider)
    }
    return functions
  }

  /// Nil where there are no tools to choose from, or the model may do as it likes.
  func choice(for provider: String) throws(Untranslatable) -> ToolChoice? {
    guard let toolChoice else { return nil }
    if case .other = toolChoice {
      throw Untranslatable(
        "\(provider) has no such `tool_choice`; it is \"auto\", \"none\", \"required\" or one function.")
    }
    guard tools.isEmpty else { return toolChoice }
    if toolChoice == .auto || toolChoice == .none { return nil }
    throw Untranslatable("`tool_choice` asks for a call, but there are no `tools`.")
  }

  /// The form of the answer.
  func format(for provider: String) throws(Untranslatable) -> ResponseFormat {
    guard let format = parameters.responseFormat else { return .text }
    if case .other = format { throw .missing("such `response_format`", in: provider) }
    return format
  }
}
