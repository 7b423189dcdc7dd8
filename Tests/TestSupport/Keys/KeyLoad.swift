import Foundation
import Shared
import Synchronization

/// Clients that ask by many keys, and what they were told.
public final class KeyLoad: Sendable {
  /// One of those who ask.
  public struct Asker: Sendable {
    public let tenant: String
    public let keyID: String
    public let key: String
    public let users: [String]
    public let models: [String]
    /// Kinds of questions: a question begins with its kind, which tells the simulator how many tokens it costs.
    public let kinds: [String]

    public init(
      tenant: String, keyID: String, key: String, users: [String] = [], models: [String], kinds: [String]
    ) {
      self.tenant = tenant
      self.keyID = keyID
      self.key = key
      self.users = users
      self.models = models
      self.kinds = kinds
    }
  }

  public let history = KeyHistory()
  private let lab: FaultLab
  private let askers: [Asker]
  private let isOn = Atomic(true)
  private let number = Atomic(0)

  public init(_ lab: FaultLab, _ askers: [Asker]) {
    self.lab = lab
    self.askers = askers
  }

  /// Lets `clients` ask until `body` is done. Each question is repeated under its idempotency key until it is admitted or
  /// refused.
  public func run<Value: Sendable>(clients: Int, _ body: () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<clients {
        let asker = askers[client % askers.count]
        group.addTask { while self.isOn.load(ordering: .relaxed) { try await self.ask(as: asker) } }
      }
      let result: Result<Value, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      isOn.store(false, ordering: .relaxed)
      try await group.waitForAll()
      return try result.get()
    }
  }

  private func ask(as asker: Asker) async throws {
    let number = self.number.add(1, ordering: .relaxed).newValue
    guard let model = asker.models.randomElement(), let kind = asker.kinds.randomElement() else { return }
    let question = KeyQuestion(
      tenant: asker.tenant, key: asker.keyID, user: asker.users.randomElement(), model: model,
      kind: "\(asker.tenant) \(kind) \(model)")
    // Of equal length, so that each of a kind takes as much as the others. Some are equal to others, and share calls or come
    // from the cache.
    let isShared = number % 6 == 0
    let prompt = "\(kind) " + String(1_000_000 + (isShared ? number / 24 : number))
    let body: JSONValue = [
      "prompt": .string(prompt), "model": .string(model), "max_tokens": 40, "cache": isShared ? "use" : "off",
    ]
    let wasAdmitted = try await ask(question, asker, body, idempotencyKey: "q\(number)")
    // A client's time to think; who is refused comes back soon, so that limits are always asked for more than they give.
    try await Task.sleep(for: .milliseconds(Int.random(in: wasAdmitted ? 20...150 : 150...400)))
  }

  /// Whether it was admitted.
  private func ask(
    _ question: KeyQuestion, _ asker: Asker, _ body: JSONValue, idempotencyKey: String
  ) async throws -> Bool {
    var headers = [
      "X-API-Key": asker.key, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey,
      // A connection that is not used again cannot break when its server stops.
      "Connection": "close",
    ]
    headers["X-Sluice-User"] = question.user
    // As long as Redis may be away, and more: who gives up does not know whether it was admitted.
    for _ in 0..<600 {
      guard let api = lab.allAPIs.randomElement() else { break }
      let start = Self.now
      do {
        let reply = try await HTTPReply.to(
          api.url + "/jobs", method: .POST, headers: headers, body: body.serialized(), timeout: .seconds(20))
        if let wasAdmitted = try await take(
          reply, question, asker, idempotencyKey, start...max(start, Self.now))
        {
          return wasAdmitted
        }
      } catch let error as HTTPReply.Failure {
        lab.history.refuse("\(error)".contains("refused") ? "connection refused" : "connection broken")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    history.wonder(at: "\(idempotencyKey) was neither admitted nor refused")
    return false
  }

  /// Whether the question was admitted; nil where it is to be asked again.
  private func take(
    _ reply: HTTPReply, _ question: KeyQuestion, _ asker: Asker, _ idempotencyKey: String,
    _ span: ClosedRange<Int64>
  ) async throws -> Bool? {
    if (200...202).contains(reply.status), let id = reply.json["id"]?.string {
      history.admit(id, question)
      lab.history.accept(id, key: idempotencyKey)
      if Int.random(in: 0..<25) == 0 { await cancel(id, asker) }
      return true
    }
    if [402, 429].contains(reply.status), let limit = reply.json["limit"]?.string,
      let scope = reply.json["scope"]?.string
    {
      history.refuse(KeyRefusal(question: question, asked: span, limit: limit, scope: scope))
      return false
    }
    lab.history.refuse("\(reply.status) \(reply.json["detail"]?.string ?? reply.body)")
    if reply.status != 503 { history.wonder(at: "\(reply.status) \(reply.body)") }
    return nil
  }

  /// Whether it comes in time does not matter.
  private func cancel(_ id: String, _ asker: Asker) async {
    guard let api = lab.allAPIs.randomElement() else { return }
    _ = try? await HTTPReply.to(
      "\(api.url)/jobs/\(id)", method: .DELETE,
      headers: ["X-API-Key": asker.key, "Connection": "close"], timeout: .seconds(10))
  }

  /// Microseconds, of the clock that Redis goes by, too.
  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
