/// What is answered to a request for moderations, before it is written.
struct ModerationAnswer: Sendable {
  /// OpenAI's categories.
  static let categories = [
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
    "self-harm", "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence",
    "violence/graphic",
  ]

  /// For each input the categories that it falls under: those whose names stand in its text.
  let flagged: [Set<String>]
  /// Unlike that of any other request.
  let id: String

  init(to call: ModerationCall, number: Int) {
    flagged = call.inputs.map { input in
      let text = input.lowercased()
      return Set(Self.categories.filter { text.contains($0) })
    }
    id = AnswerID.make(hash: AnswerText.hash(call.inputs.first ?? ""), number: number)
  }
}
