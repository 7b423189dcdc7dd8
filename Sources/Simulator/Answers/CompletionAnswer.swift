/// What is answered to a request for completions, before it is written.
struct CompletionAnswer: Sendable {
  /// One for each choice: prompt by prompt, the choices of one prompt together.
  let choices: [(prompt: String, answer: Answer)]
  /// Nil where none is told.
  let usage: Behaviour.Usage?

  var id: String { choices.first?.answer.id ?? "" }
  var created: Int64 { choices.first?.answer.created ?? 0 }

  init(to call: CompletionCall, _ behaviour: Behaviour, number: Int) {
    choices = call.prompts.flatMap { prompt in
      (0..<call.count).map { (prompt, Answer(to: call.chat(prompt, number: $0), behaviour, number: number)) }
    }
    let usages = choices.compactMap(\.answer.usage)
    usage =
      behaviour.hasNoUsage
      ? nil
      : behaviour.usage
        ?? Behaviour.Usage(
          // A prompt is read once, however many choices it gets.
          prompt: usages.reduce(0) { $0 + $1.prompt } / max(1, call.count),
          completion: usages.reduce(0) { $0 + $1.completion })
  }
}
