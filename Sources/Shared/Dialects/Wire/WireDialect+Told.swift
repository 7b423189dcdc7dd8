extension WireDialect {
  /// A conversation written for a target, in whichever dialect it was asked: one in the form of Responses, Gemini or
  /// Messages is put into words that the target's dialect knows.
  public func told(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    guard let translation = try translation(of: conversation, for: target) else {
      return try write(conversation, for: target, streams: streams)
    }
    var written = try write(translation.conversation, for: target, streams: streams)
    written.dropped = translation.dropped + written.dropped
    return written
  }

  /// Nil where the dialect knows the words. What is dropped is named by its members.
  private func translation(
    of conversation: Conversation, for target: RequestTarget
  ) throws(ProviderFault) -> (conversation: Conversation, dropped: [String])? {
    let isOpenAIs = self is ChatDialect || speaksResponses
    do throws(Untranslatable) {
      switch conversation.dialect {
      case .responses where !speaksResponses:
        let translation = try ResponsesTranslation(conversation, for: target.provider)
        return (showable(translation.conversation), translation.dropped)
      case .gemini where !(self is GeminiDialect):
        let translation = try GeminiTranslation(conversation, for: target, isOpenAIs: isOpenAIs)
        return (showable(translation.conversation), translation.dropped)
      case .messages where !(self is MessagesDialect):
        let translation = try MessagesTranslation(conversation, for: target, isOpenAIs: isOpenAIs)
        return (showable(translation.conversation), translation.dropped)
      default: return nil
      }
    } catch { throw .untranslatable(error) }
  }

  private func showable(_ told: Conversation) -> Conversation {
    takesShownResults ? told : told.withShownResultsApart
  }
}
