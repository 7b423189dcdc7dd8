extension Part {
  /// A text, picture, sound or document without the members that only the dialect knows in which it was asked; any other part as
  /// it is.
  var plainContent: Part {
    switch self {
    case .text(let text): return .text(text.text)
    case .image(var image):
      image.extras = [:]
      return .image(image)
    case .audio(var audio):
      audio.extras = [:]
      return .audio(audio)
    case .document(var document):
      document.extras = [:]
      return .document(document)
    case .refusal, .thought, .toolCall, .toolResult, .citation, .opaque: return self
    }
  }
}
