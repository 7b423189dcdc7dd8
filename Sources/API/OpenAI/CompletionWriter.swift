import NIOCore
import Shared

/// Writes completions of texts.
struct CompletionWriter: StreamedAnswerWriter {
  /// Until the answer says better, what the client asked for.
  let model: String
  /// Whether a last chunk shall tell the tokens.
  let includesUsage: Bool
  /// What stands before the texts of each prompt; empty where nothing does.
  let echoes: [String]
  /// How many texts each prompt has.
  let count: Int

  /// What stands before the text of a choice.
  fileprivate func echo(of choice: Int) -> String {
    let prompt = choice / max(count, 1)
    return prompt < echoes.count ? echoes[prompt] : ""
  }

  func whole(_ result: StoredResult, of job: AnsweredJob) throws(Problem) -> ByteBuffer {
    job.completionWriter.whole(
      result.answer, model: result.model, usage: result.usage, echoes: echo(of:))
  }

  func stream(of job: AnsweredJob) -> any StreamWriter {
    CompletionChunkWriter(form: self, chunks: job.completionWriter, requestID: job.requestID, model: model)
  }
}

/// Writes one answer as the chunks that OpenAI's clients read.
private struct CompletionChunkWriter: StreamWriter {
  let form: CompletionWriter
  let chunks: CompletionAnswerWriter
  let requestID: RequestID
  var model: String
  /// The choices of which something was told.
  private var begun: Set<Int> = []

  init(form: CompletionWriter, chunks: CompletionAnswerWriter, requestID: RequestID, model: String) {
    self.form = form
    self.chunks = chunks
    self.requestID = requestID
    self.model = model
  }

  mutating func write(_ delta: AnswerDelta, of target: Target?, to bytes: inout ByteBuffer) {
    if let target { model = target.model }
    var pieces: [(choice: Int, text: String, logprobs: JSONObject)] = []
    for event in delta.events {
      switch event {
      case .part(let part, _, let choice):
        let text = part.completion
        guard !text.isEmpty else { continue }
        if let index = pieces.firstIndex(where: { $0.choice == choice }) {
          pieces[index].text += text
        } else {
          pieces.append((choice, text, [:]))
        }
      case .logprobs(let logprobs, let choice):
        if let index = pieces.firstIndex(where: { $0.choice == choice }) {
          pieces[index].logprobs = logprobs
        } else {
          pieces.append((choice, "", logprobs))
        }
      case .message, .choice, .extras, .finish, .usage: continue
      }
    }
    for piece in pieces { write(piece.text, piece.logprobs, of: piece.choice, to: &bytes) }
  }

  private mutating func write(
    _ text: String, _ logprobs: JSONObject, of choice: Int, finishReason: String? = nil,
    ending answer: Answer? = nil, to bytes: inout ByteBuffer
  ) {
    let text = begun.insert(choice).inserted ? form.echo(of: choice) + text : text
    bytes.writeEvent(
      chunks.chunk(
        model: model, choice: choice, text: text, logprobs: logprobs, finishReason: finishReason,
        of: answer, includesUsage: form.includesUsage))
  }

  mutating func end(with result: StoredResult, to bytes: inout ByteBuffer) {
    for (index, choice) in result.answer.choices.enumerated() {
      // Of the first one it may be a word that is none of ours.
      let reason = index == 0 ? result.finishReason : choice.finishReason?.rawValue ?? "stop"
      write("", [:], of: index, finishReason: reason, ending: result.answer, to: &bytes)
    }
    if form.includesUsage { bytes.writeEvent(chunks.usageChunk(model: model, result.usage)) }
    bytes.writeEvent(ByteBuffer(string: "[DONE]"))
  }

  /// An error ends the stream without `[DONE]`, and the official SDKs raise it.
  mutating func fail(with problem: Problem, to bytes: inout ByteBuffer) {
    bytes.writeEvent(problem.openAIErrorBody(requestID: requestID.description))
  }
}

extension AnsweredJob {
  fileprivate var completionWriter: CompletionAnswerWriter {
    CompletionAnswerWriter(id: "cmpl-\(id.rawValue.dropFirst(4))", created: created / 1000)
  }
}
