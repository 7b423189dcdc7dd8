import NIOCore
import Testing

@testable import Shared

@Suite("What a lost attempt counts as")
struct LostAttemptTests {
  /// Nine tokens are read, and those that the request allows are written.
  private static func request(_ maxTokens: Int?, input: Bool = false) -> JobRequest {
    guard !input else { return .embedding(EmbeddingRequest(model: "m", input: "Twelve bytes")) }
    var conversation = Conversation(turns: [Turn(role: .user, text: #"{"max_tokens":7},twenty"#)])
    conversation.parameters.maxTokens = maxTokens
    return .chat(conversation)
  }

  private static func admission(_ request: JobRequest, _ lab: QueueLab) -> Admission {
    let budget = lab.budget(30, of: 100)
    let demand = lab.demand(rates: [lab.tokens(request.estimatedTokens, of: 100_000)], budgets: [budget])
    return lab.admission(
      prompt: String(buffer: request.encoded()), weight: request.estimatedTokens, demand: demand)
  }

  @Test(
    "it counts the prompt as the prompt and the longest answer as the answer",
    arguments: [request(100), request(5), request(nil), request(nil, input: true)], [true, false])
  func columns(request: JobRequest, isCancelled: Bool) async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(Self.admission(request, lab))
      let job = try await lab.claimOne()
      if isCancelled {
        _ = try await lab.queue.cancel(id, tenant: "default")
        _ = try await lab.queue.renew([], worker: "alive")
        try await lab.redis("ZADD", ":workers", "XX", "1", "w")
        try await lab.letTimePass("owed", id)
        _ = try await lab.queue.renew([], worker: "alive")
      } else {
        try await lab.loseWorker("w", holding: job.lease.id)
        try await lab.complete(try await lab.claimOne(worker: "v"))
      }
      let record = try #require(try await lab.records().first)
      #expect(record.lostAttempts == 1)
      #expect(record.usage.promptTokens == request.estimatedUsage.promptTokens)
      #expect(record.usage.completionTokens == request.estimatedUsage.completionTokens)
    }
  }

  @Test("a job that its own lost attempt has made too dear is told so, and not that it waited")
  func sentence() async throws {
    try await QueueLab.with { lab in
      let id = try await lab.admit(lab.admission(demand: lab.demand(budgets: [lab.budget(60)])))
      _ = try await lab.claimOne()
      try await lab.loseWorker("w", holding: id)
      #expect(try await lab.queue.claim(9, worker: "v").jobs.filter { $0.lease.id == id }.isEmpty)
      let end = try #require(try await lab.queue.end(of: id))
      let message = try JSONParser.parse(end.body)["message"]?.string
      #expect(
        message?.hasSuffix("the rest was spent by its attempts before, or by others meanwhile.") == true)
    }
  }
}
