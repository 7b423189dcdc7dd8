import Foundation
import Shared
import Synchronization
import TestSupport

/// Clients that ask for streamed responses in the background, of providers of every dialect, and read them to their ends.
final class ResponseLoad: Sendable {
  private let lab: FaultLab
  private let isAsking = Atomic(true)

  /// Whether there is anything to be harmed.
  var isOn: Bool { isAsking.load(ordering: .relaxed) }

  init(_ lab: FaultLab) { self.lab = lab }

  func stop() { isAsking.store(false, ordering: .relaxed) }

  /// Asks for a response of each number, `atOnce` at a time. Returns when all were read to their ends.
  func ask(_ numbers: Range<Int>, atOnce: Int) async throws -> [ReadResponse] {
    try await lab.cluster.simulator.script(.array(numbers.map(Self.rule)))
    return try await withThrowingTaskGroup(of: ReadResponse.self) { group in
      var responses: [ReadResponse] = []
      for number in numbers {
        if number - numbers.lowerBound >= atOnce, let response = try await group.next() {
          responses.append(response)
        }
        group.addTask { try await self.askAndRead(number) }
      }
      for try await response in group { responses.append(response) }
      return responses
    }
  }

  // MARK: - What is asked

  private static func question(_ number: Int) -> String { "Question \(number)." }

  /// No two answers have a piece in common.
  private static func answer(_ number: Int) -> String {
    (0..<45).map { "\(number)-\($0)" }.joined(separator: " ")
  }

  /// Workers die before the first word and behind it.
  private static func rule(_ number: Int) -> JSONValue {
    [
      "prompt_contains": .string(question(number)),
      "behaviour": [
        "answer": .string(answer(number)), "latency_ms": 100, "latency_spread_ms": 1500, "drip_ms": 100,
      ],
    ]
  }

  private func askAndRead(_ number: Int) async throws -> ReadResponse {
    let (job, first) = try await ask(number)
    let id = ReadResponse.id(of: job)
    async let own = read(id, from: first)
    async let other = read(id, from: ResponseReading())
    return ReadResponse(job: job, answer: Self.answer(number), readings: try await [own, other])
  }

  private func read(_ id: String, from begun: ResponseReading) async throws -> ResponseReading {
    var reading = begun
    try await reading.finish(id, in: lab)
    return reading
  }

  /// Asks under one idempotency key until an API has told which job it is. Returns the job and its first events, as many as
  /// came before the client hung up or the API was killed.
  private func ask(_ number: Int) async throws -> (job: String, ResponseReading) {
    let dialect = ResponsesLab.dialects[number % ResponsesLab.dialects.count]
    let body: JSONValue = [
      "model": .string("\(dialect)/m"), "input": .string(Self.question(number)), "background": true,
      "stream": true,
    ]
    let (key, most) = ("r\(number)", Int.random(in: 1...12))
    for _ in 0..<600 {
      if let api = lab.allAPIs.randomElement() {
        do {
          let reply = try await api.stream(
            "/v1/responses", method: .POST, headers: ["Idempotency-Key": key, "Connection": "close"],
            body: body
          ) { $0.count >= most }
          if reply.status == 200, let job = reply.headers["x-sluice-job"] {
            lab.history.accept(job, key: key)
            return (job, ResponseReading(reply.events, connections: 1))
          }
          lab.history.refuse("\(reply.status) \(reply.body)")
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          lab.history.refuse("\(error)".contains("refused") ? "connection refused" : "connection broken")
        }
      }
      // As a client's back-off.
      try await Task.sleep(for: .milliseconds(100))
    }
    throw HTTPReply.Failure(description: "response \(number) was never accepted: \(lab.history.refusals)")
  }
}
