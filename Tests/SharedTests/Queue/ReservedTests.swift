import NIOCore
import Testing

@testable import Shared

@Suite("What a job has reserved")
struct ReservedTests {
  @Test("a worker learns what a job has reserved of hard budgets, and that nothing bounds one without")
  func reserved() async throws {
    try await QueueLab.with { lab in
      let hard = lab.budget(30, subject: "t:a:bd")
      let soft = lab.budget(99, .soft, subject: "t:a:sd")
      let both = try await lab.admit(lab.admission(demand: lab.demand(budgets: [hard, soft])))
      let told = try await lab.admit(lab.admission(demand: lab.demand(budgets: [soft])))
      let free = try await lab.admit(lab.admission())
      #expect(try await lab.queue.reserved(by: both) == NanoDollars(rawValue: 30))
      #expect(try await lab.queue.reserved(by: told) == nil)
      #expect(try await lab.queue.reserved(by: free) == nil)
      #expect(try await lab.queue.reserved(by: JobID(unixMilliseconds: 1)) == nil)
    }
  }

  @Test("a clock that goes back gives no money of a budget's period back")
  func clockGoesBack() async throws {
    try await QueueLab.with { lab in
      let late = lab.budget(60, period: Timestamp.now - 3_600_000..<Timestamp.now + 43_200_000)
      try await lab.admit(lab.admission(demand: lab.demand(budgets: [late])))
      try await lab.complete(try await lab.claimOne(), cost: 60)
      // As after a clock that is set back into the period before.
      let early = lab.budget(50, period: Timestamp.now - 90_000_000..<Timestamp.now + 43_200_000)
      let outcome = try await lab.queue.admit(lab.admission(demand: lab.demand(budgets: [early])))
      guard case .overBudget = outcome else {
        Issue.record("what was spent is given back: \(outcome)")
        return
      }
      #expect(try await lab.spent() == 60)
    }
  }

  @Test("after a clock that was set back nobody waits longer than a limit's own time")
  func limitsAfterClock() async throws {
    try await QueueLab.with { lab in
      let inAnHour = (Timestamp.now + 3_600_000) * 1000
      try await lab.redis("SET", ":limit:key:a", "\(inAnHour)")
      try await lab.store([("l:t:a:rm", inAnHour)])
      for subject in ["key:a", "t:a:rm"] {
        let limit = RateDemand(subject: subject, limit: RateLimit(requests: 10, per: .minute))
        guard
          case .limited(_, let wait, let states) = try await lab.queue.admit(lab.admission(limits: [limit]))
        else {
          Issue.record("all of it counts as taken")
          return
        }
        #expect(wait > .zero && wait <= .seconds(6))
        #expect(states.requests?.remaining == 0 && (states.requests?.reset ?? .zero) <= .seconds(60))
      }
    }
  }

  @Test("a request for which targets without a price are passed over says so, and is else the same")
  func pricedOnly() throws {
    var conversation = Conversation(turns: [Turn(role: .user, text: "Hi")])
    conversation.parameters.maxTokens = 5
    let embedding = EmbeddingRequest(model: "default", input: ["a"])
    for request in [JobRequest.chat(conversation), .embedding(embedding)] {
      let encoded = request.encoded()
      #expect(try JobRequest.read(encoded).isPricedOnly == false)
      let marked = try JobRequest.read(JobRequest.pricedOnly(encoded))
      #expect(marked.isPricedOnly && marked.request == request)
      #expect(marked.form == (try JobRequest.read(encoded).form))
    }
  }
}
