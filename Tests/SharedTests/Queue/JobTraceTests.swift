import NIOCore
import Testing

@testable import Shared

@Suite("Traces go through the queue")
struct JobTraceTests {
  private func trace(isSampled: Bool = true, baggage: String = "k=v;p=1, l=w") throws -> JobTrace {
    let name = try #require(TraceID(high: 7, low: 8))
    let context = TraceContext(
      traceID: name, spanID: .random(), isSampled: isSampled, state: "a=b , c=d", baggage: baggage)
    return JobTrace(context, parent: .random(), start: 1_700_000_000_000_000_001, lane: "standard")
  }

  private func admit(_ lab: QueueLab, _ admission: Admission, in trace: JobTrace) async throws -> JobID {
    try await lab.admit(admission.joined(to: trace))
  }

  private func ends(_ lab: QueueLab) async throws -> [TracedEnd] {
    try await lab.queue.tracedEnds(atMost: 100)
  }

  @Test(
    "whoever claims a job has its request and its place in the trace as they were", arguments: [true, false])
  func claim(isSampled: Bool) async throws {
    try await QueueLab.with { lab in
      let trace = try trace(isSampled: isSampled)
      _ = try await admit(lab, lab.admission(prompt: "{\"n\": 0}"), in: trace)
      _ = try await lab.admit(lab.admission(prompt: "0\n1\n2\n3"))
      let traced = try await lab.claimOne()
      #expect(traced.request.map { String(buffer: $0) } == "{\"n\": 0}")
      #expect(traced.trace?.context == trace.context && traced.trace?.parent == trace.parent)
      #expect(traced.trace?.start == trace.start && traced.trace?.lane == "standard")
      let plain = try await lab.claimOne()
      #expect(plain.trace == nil && plain.request.map { String(buffer: $0) } == "0\n1\n2\n3")
    }
  }

  @Test("a worker that ends a job exports its span itself, so nobody else is told")
  func ownEnd() async throws {
    try await QueueLab.with { lab in
      for number in 0..<2 {
        _ = try await admit(lab, lab.admission(prompt: "{}"), in: try trace())
        let job = try await lab.claimOne()
        if number == 0 {
          _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
        } else {
          _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .requestRefused, message: "no"))
        }
      }
      #expect(try await ends(lab).isEmpty)
    }
  }

  @Test("ends that no worker knows of are noted for who exports spans, each once")
  func otherEnds() async throws {
    try await QueueLab.with { lab in
      let cancelled = try await admit(lab, lab.admission(prompt: "{}"), in: try trace())
      _ = try await lab.queue.cancel(cancelled, tenant: "default")
      let expired = try await admit(lab, lab.admission(prompt: "{}"), in: try trace())
      try await lab.letTimePass("deadlines", expired)
      _ = try await lab.queue.claim(1, worker: "w")
      let lost = try await admit(lab, lab.admission(prompt: "{}"), in: try trace())
      for worker in ["a", "b", "c"] {
        _ = try await lab.claimOne(worker: worker)
        try await lab.loseWorker(worker, holding: lost)
        if worker == "c" { _ = try await lab.queue.claim(1, worker: "w") }
      }
      let unrecorded = try await admit(lab, lab.admission(prompt: "{}"), in: try trace(isSampled: false))
      _ = try await lab.queue.cancel(unrecorded, tenant: "default")
      let untraced = try await lab.admit(lab.admission(prompt: "{}"))
      _ = try await lab.queue.cancel(untraced, tenant: "default")
      let ends = try await ends(lab)
      #expect(ends.map(\.id) == [cancelled, expired, lost])
      #expect(ends.map(\.state) == [.cancelled, .expired, .failed])
      #expect(ends.map(\.code) == [nil, nil, "quarantined"] && ends.map(\.attempts) == [0, 0, 3])
      #expect(ends.allSatisfy { $0.leader == nil && $0.model == "default" && $0.trace.lane == "standard" })
      #expect(try await self.ends(lab).isEmpty)
    }
  }

  @Test("who follows another's call is noted with the trace of the one that made it")
  func followers() async throws {
    try await QueueLab.with { lab in
      let traces = try (0..<3).map { _ in try trace() }
      var ids: [JobID] = []
      for trace in traces {
        ids.append(try await admit(lab, lab.admission(prompt: "{}", cache: .use(key: "k")), in: trace))
      }
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      let ends = try await ends(lab)
      #expect(ends.map(\.id) == Array(ids.dropFirst()))
      #expect(ends.allSatisfy { $0.leader?.spanID == traces[0].context.spanID && $0.state == .succeeded })
    }
  }

  @Test("the delivery of a job's end is in the job's trace, and its own end is nobody's span")
  func delivery() async throws {
    try await QueueLab.with { lab in
      let trace = try trace()
      let id = try await admit(
        lab, lab.admission(prompt: "{}", callback: "https://example.com/hook"), in: trace)
      let job = try await lab.claimOne()
      _ = try await lab.queue.complete(job.lease, with: lab.result(), isCacheable: false)
      let delivery = try await lab.claimOne()
      #expect(
        delivery.deliveredJob == id && delivery.request == nil && delivery.trace?.context == trace.context)
      try await lab.letTimePass("deadlines", delivery.lease.id)
      _ = try await lab.queue.release([delivery.lease])
      _ = try await lab.queue.claim(1, worker: "w")
      #expect(try await ends(lab).isEmpty)
      #expect(try await lab.keys(beginning: ["p:", "traced"]).isEmpty)
    }
  }

  @Test("a dead letter that is requeued has its request, and begins outside of the trace that has ended")
  func requeue() async throws {
    try await QueueLab.with { lab in
      let id = try await admit(lab, lab.admission(prompt: "{\"n\": 1}"), in: try trace())
      let job = try await lab.claimOne()
      _ = try await lab.queue.fail(job.lease, with: JobFailure(code: .allProvidersFailed, message: "no"))
      #expect(try await lab.requeue(id) == .queued)
      let again = try await lab.claimOne()
      #expect(again.trace == nil && again.request.map { String(buffer: $0) } == "{\"n\": 1}")
    }
  }

  @Test("without anybody who exports spans, what is noted is bounded and goes")
  func bounds() async throws {
    try await QueueLab.with { lab in
      let id = try await admit(lab, lab.admission(prompt: "{}"), in: try trace())
      _ = try await lab.queue.cancel(id, tenant: "default")
      let left = try await lab.redis.send(RedisCommand("PTTL", "sluice:{0}:traced")).integer
      #expect((1...600_000).contains(left ?? 0))
    }
  }
}
