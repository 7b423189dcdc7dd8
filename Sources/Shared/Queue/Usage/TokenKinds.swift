/// The kinds of tokens of a usage record, which most answers have few of: `c12 r40`, empty where there are none.
///
/// Written by workers, read from records and by the step that adds these up (ends.lua, roll.lua).
struct TokenKinds: Sendable, Hashable, CustomStringConvertible {
  private var cached = 0
  private var cacheWrite = 0
  private var cacheWrite1h = 0
  private var reasoning = 0
  private var audioInput = 0
  private var imageInput = 0
  private var audioOutput = 0
  private var imageOutput = 0
  private(set) var isUnpriced = false
  /// Attempts whose worker was lost: what they have used nobody knows, and they count as what they had reserved. Steps of the
  /// queue write it (bought.lua).
  private(set) var lostAttempts = 0

  init(of usage: TokenUsage, isUnpriced: Bool) {
    cached = usage.cachedTokens
    cacheWrite = usage.cacheWriteTokens
    cacheWrite1h = usage.cacheWrite1hTokens
    reasoning = usage.reasoningTokens
    audioInput = usage.audioInputTokens
    imageInput = usage.imageInputTokens
    audioOutput = usage.audioOutputTokens
    imageOutput = usage.imageOutputTokens
    self.isUnpriced = isUnpriced
  }

  /// Reads ``description``; words that it does not know are passed over.
  init(_ text: String) {
    for word in text.split(separator: " ") {
      let count = Int(word.dropFirst()) ?? 0
      switch word.first {
      case "c": cached = count
      case "w": cacheWrite = count
      case "W": cacheWrite1h = count
      case "r": reasoning = count
      case "a": audioInput = count
      case "i": imageInput = count
      case "A": audioOutput = count
      case "I": imageOutput = count
      case "u": isUnpriced = count > 0
      case "l": lostAttempts = count
      default: break
      }
    }
  }

  var description: String {
    if isPlain { return "" }
    let kinds = [
      ("c", cached), ("w", cacheWrite), ("W", cacheWrite1h), ("r", reasoning), ("a", audioInput),
      ("i", imageInput), ("A", audioOutput), ("I", imageOutput), ("u", isUnpriced ? 1 : 0),
    ]
    return kinds.filter { $0.1 > 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ")
  }

  /// Looked at for each answer, so without making anything.
  private var isPlain: Bool {
    cached | cacheWrite | cacheWrite1h | reasoning | audioInput | imageInput | audioOutput | imageOutput == 0
      && !isUnpriced
  }

  func usage(promptTokens: Int, completionTokens: Int) -> TokenUsage {
    TokenUsage(
      promptTokens: promptTokens, completionTokens: completionTokens, cachedTokens: cached,
      cacheWriteTokens: cacheWrite, cacheWrite1hTokens: cacheWrite1h, reasoningTokens: reasoning,
      audioInputTokens: audioInput, imageInputTokens: imageInput, audioOutputTokens: audioOutput,
      imageOutputTokens: imageOutput)
  }
}
