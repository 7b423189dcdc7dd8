import HummingbirdCore
import NIOCore
import Shared

/// A job's events as the chunks that OpenAI's clients read.
struct ChatChunkStream: Sendable {
  let desk: JobDesk
  let client: Client
  let stream: EventStream
  let completion: ChatCompletion
  let requestID: RequestID
  let includesUsage: Bool
  /// Until the answer says better, what the client asked for.
  var model: String

  private var isBegun = false
  private var bytes = ByteBuffer()

  init(
    desk: JobDesk, client: Client, stream: EventStream, completion: ChatCompletion, requestID: RequestID,
    includesUsage: Bool, model: String
  ) {
    self.desk = desk
    self.client = client
    self.stream = stream
    self.completion = completion
    self.requestID = requestID
    self.includesUsage = includesUsage
    self.model = model
  }

  /// Writes an answer that is there already.
  mutating func write(_ result: StoredResult, to writer: inout any ResponseBodyWriter) async throws {
    add(result.delta.from(Target(provider: result.provider, model: result.model)))
    end(with: result)
    try await stream.write(bytes, to: &writer)
    try await writer.finish(nil)
  }

  /// Writes what the reader brings until the job has ended; `first` has been read already.
  mutating func write(
    _ first: [JobEvent], _ reader: EventReader, to writer: inout any ResponseBodyWriter
  ) async throws {
    var reader = reader
    var events = first
    while true {
      for event in events { try await add(event) }
      if bytes.readableBytes > 0 { try await stream.write(bytes, to: &writer) }
      bytes.clear()
      if events.last?.kind == .done { return try await writer.finish(nil) }
      switch try await reader.next(within: EventStream.heartbeat) {
      case .events(let more): events = more
      case .quiet:
        events = []
        bytes.writeComment("waiting")
      case .over:
        add(.unavailable(.draining, retryAfter: .seconds(1)))
        try await stream.write(bytes, to: &writer)
        return try await writer.finish(nil)
      }
    }
  }

  // MARK: - Events

  private mutating func add(_ event: JobEvent) async throws {
    switch event.kind {
    case .delta(let delta): add(delta)
    case .done: try await end()
    // What is whole, and why it failed, stands in the job at its end.
    case .status, .restart, .whole, .error: break
    }
  }

  private mutating func add(_ delta: AnswerDelta) {
    if let target = delta.target { model = target.model }
    if !isBegun {
      isBegun = true
      addChunk(["role": "assistant", "content": ""])
    }
    var members = delta.message
    if !delta.text.isEmpty { members["content"] = .string(delta.text) }
    if !members.isEmpty || delta.logprobs != nil { addChunk(members, logprobs: delta.logprobs) }
  }

  private mutating func end() async throws {
    let job = try await desk.readOnceReachable(completion.job, for: client)
    switch job.state {
    case .succeeded:
      guard let result = job.result.flatMap(StoredResult.init) else { return add(.internalError) }
      if !isBegun { add(result.delta.from(Target(provider: result.provider, model: result.model))) }
      end(with: result)
    case .failed: add(.failed(storedError: job.failure ?? ByteBuffer()))
    default: add(.conflict(.jobHasEnded(job.state)))
    }
  }

  private mutating func end(with result: StoredResult) {
    addChunk([:], finishReason: result.finishReason)
    if includesUsage { bytes.writeEvent(completion.usageChunk(model: model, result.usage)) }
    bytes.writeEvent(ByteBuffer(string: "[DONE]"))
  }

  /// An error ends the stream without `[DONE]`, and the official SDKs raise it.
  private mutating func add(_ problem: Problem) {
    let error: JSONValue = ["error": .object(problem.openAIErrorObject(requestID: requestID.description))]
    bytes.writeEvent(error.serialized())
  }

  private mutating func addChunk(
    _ delta: JSONObject, logprobs: JSONValue? = nil, finishReason: String? = nil
  ) {
    bytes.writeEvent(
      completion.chunk(
        model: model, delta: delta, logprobs: logprobs, finishReason: finishReason,
        includesUsage: includesUsage))
  }
}

extension AnswerDelta {
  fileprivate func from(_ target: Target) -> AnswerDelta {
    var delta = self
    delta.target = target
    return delta
  }
}
