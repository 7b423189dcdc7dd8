extension WireDialect {
  /// A conversation written for a target, in whichever dialect it was asked: one in the form of Responses or Gemini is put
  /// into words that the target's dialect knows.
  public func told(
    _ conversation: Conversation, for target: RequestTarget, streams: Bool
  ) throws(ProviderFault) -> WrittenRequest {
    guard let translation = try translation(of: conversation, for: target.provider) else {
      return try write(conversation, for: target, streams: streams)
    }
    var written = try write(translation.conversation, for: target, streams: streams)
    written.dropped = translation.dropped + written.dropped
    return written
  }

  /// Nil where the dialect knows the words. What is dropped is named by its members.
  private func translation(
    of conversation: Conversation, for provider: String
  ) throws(ProviderFault) -> (conversation: Conversation, dropped: [String])? {
    do throws(Untranslatable) {
      switch conversation.dialect {
      case .responses where !speaksResponses:
        let translation = try ResponsesTranslation(conversation, for: provider)
        let told = translation.conversation
        return (takesShownResults ? told : told.withShownResultsApart, translation.dropped)
      case .gemini where !(self is GeminiDialect):
        let translation = try GeminiTranslation(conversation, for: provider)
        let told = translation.conversation
        return (takesShownResults ? told : told.withShownResultsApart, translation.dropped)
      default: return nil
      }
    } catch { throw .untranslatable(error) }
  }
}
