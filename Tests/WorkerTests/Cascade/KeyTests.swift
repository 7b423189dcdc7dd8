import NIOCore
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("Providers with several keys", .bounded)
struct KeyTests {
  private typealias Script = ScriptedServer.Script

  private static let answer = Script.reply(200, ProviderFixture.openAIAnswer("One"))
  private let answer = Self.answer

  private static func error(_ status: Int, headers: String = "") -> Script {
    .reply(status, #"{"error":{"message":"m"}}"#, headers: headers)
  }

  private func place(_ key: String) -> KeyPlace? { key.last?.wholeNumberValue.map { .listed($0) } }

  // MARK: - The next key

  @Test(
    "a key that is refused, spent or at its limit is passed over for the next one",
    arguments: [401, 402, 403, 429])
  func nextKey(status: Int) async throws {
    try await KeyFixture.with([Self.error(status, headers: "retry-after: 30\r\n"), answer]) {
      cascade, one, two in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "one" && two.requests.isEmpty)
      #expect(Set(one.keys) == ["sk-key-1", "sk-key-2"])
      #expect(result.cascadePath.map(\.status) == [.failed, .success])
      #expect(result.cascadePath.map(\.key) == one.keys.map(place))
      #expect(result.providerKey == one.keys.last.flatMap(place))
    }
  }

  @Test(
    "what another key would not mend is the next target's turn",
    arguments: [400, 404, 408, 409, 425, 500, 503, 529])
  func nextTarget(status: Int) async throws {
    try await KeyFixture.with([Self.error(status)]) { cascade, one, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "two" && one.requests.count == 1)
      #expect(result.cascadePath.map(\.key) == [one.keys.first.flatMap(place), nil])
      #expect(result.providerKey == nil)
    }
  }

  @Test("when all keys are at their limits the next target is asked, and then none of them is for a while")
  func allLimited() async throws {
    let boards = KeyFixture.Boards()
    try await KeyFixture.with([Self.error(429, headers: "retry-after: 30\r\n")], boards: boards) {
      cascade, one, two in
      let first = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(first.cascadePath.map(\.status) == [.failed, .failed, .success])
      let second = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(second.cascadePath.map(\.status) == [.skipped, .skipped, .success])
      #expect(one.requests.count == 2 && two.requests.count == 2)
    }
  }

  @Test("a streamed answer comes with the next key, too, and says under which it was made")
  func stream() async throws {
    let events = [
      #"data: {"choices":[{"index":0,"delta":{"content":"On"}}]}"#,
      #"data: {"choices":[{"index":0,"delta":{"content":"e"},"finish_reason":"stop"}]}"#, "data: [DONE]",
    ].map { $0 + "\n\n" }.joined()
    let stream = Script.reply(200, events, headers: "content-type: text/event-stream\r\n")
    try await KeyFixture.with([Self.error(401), stream]) { cascade, one, _ in
      let sink = RecordingSink()
      let result = try #require(try await cascade.answer(RouteFixture.request, deltas: sink).result)
      #expect(sink.text == "One" && result.providerKey == one.keys.last.flatMap(place))
    }
  }

  @Test("a retry on the same target is made with the last key only where the fault is the key's")
  func retries() async throws {
    try await KeyFixture.with(
      [Self.error(429, headers: "retry-after-ms: 100\r\n"), answer], retries: 1
    ) { cascade, one, _ in
      _ = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(Set(one.keys).count == 2)
    }
    try await KeyFixture.with([Self.error(500), answer], retries: 1) { cascade, one, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(result.provider == "one" && one.keys.count == 2 && Set(one.keys).count == 1)
    }
  }

  // MARK: - Each by itself

  @Test("each key has a circuit of its own, which goes with the key and not with its place")
  func circuits() async throws {
    let boards = KeyFixture.Boards()
    let keys = KeyFixture.keys([1, 1])
    try await KeyFixture.with([Self.error(401)], keys: [keys[0]] + [keys[1]], boards: boards) {
      cascade, one, _ in
      _ = try await cascade.answer(RouteFixture.request)
      #expect(one.requests.count == 2, "both are refused")
    }
    let moved = [
      ProviderKey(.listed(1), Secret("sk-key-3"), of: "one"),
      ProviderKey(.listed(2), keys[0].secret, of: "one"),
    ]
    try await KeyFixture.with([answer], keys: moved, boards: boards) { cascade, one, _ in
      for _ in 1...10 { _ = try await cascade.answer(RouteFixture.request) }
      #expect(Set(one.keys) == ["sk-key-3"])
    }
  }

  @Test("keys are chosen by their weights among those that have room")
  func weights() async throws {
    try await KeyFixture.with([answer], keys: KeyFixture.keys([1, 1000])) { cascade, one, _ in
      for _ in 1...20 { _ = try await cascade.answer(RouteFixture.request) }
      #expect(one.keys.count { $0 == "sk-key-2" } > 10)
    }
  }

  @Test("a quota that is used up under every key is the next target's turn")
  func quotas() async throws {
    let boards = KeyFixture.Boards()
    boards.quotas.left = 3
    let quota = try #require(Quota(parsing: "10 requests/minute"))
    try await KeyFixture.with([answer], quotas: [quota], boards: boards) { cascade, one, two in
      for _ in 1...4 { _ = try await cascade.answer(RouteFixture.request) }
      #expect(one.requests.count == 3 && two.requests.count == 1)
      #expect(boards.quotas.asked == 5, "both keys were asked for room the last time")
    }
  }

  @Test("a target whose keys wait and are refused is worth another try when the first of them may be asked")
  func verdict() async throws {
    try await KeyFixture.with([Self.error(401), Self.error(429, headers: "retry-after: 30\r\n")]) {
      cascade, _, _ in
      let request = JobRequest.chat(
        Conversation(model: "one/one-model", turns: [Turn(role: .user, text: "Hi")]))
      guard case .passing(let message, let retryAfter, _, true) = try await cascade.answer(request) else {
        Issue.record("a limit passes")
        return
      }
      #expect(retryAfter != nil && message.contains("(key 1)") && message.contains("(key 2)"))
      #expect(!message.contains("sk-key"))
    }
  }

  @Test("a request that one key's model refuses is refused, whatever another key's limit is")
  func refusedRequest() async throws {
    try await KeyFixture.with([Self.error(429, headers: "retry-after: 30\r\n"), Self.error(400)]) {
      cascade, _, _ in
      let request = JobRequest.chat(
        Conversation(model: "one/one-model", turns: [Turn(role: .user, text: "Hi")]))
      guard case .failed(let failure) = try await cascade.answer(request) else {
        Issue.record("waiting does not mend the request")
        return
      }
      #expect(failure.code == .requestRefused)
    }
  }

  @Test("what was counted is told by the key's place")
  func metrics() async throws {
    let boards = KeyFixture.Boards()
    let own = try #require(OwnKeys(["one": .usable(Secret("sk-mine"))]))
    try await KeyFixture.with([answer], boards: boards) { cascade, _, _ in
      _ = try await cascade.answer(RouteFixture.request, own: own)
    }
    var text = MetricsText()
    boards.tally.write(to: &text)
    let line =
      #"sluice_worker_provider_key_attempts_total{provider="one",provider_key="own",status="success"} 1"#
    #expect(String(buffer: text.finished()).split(separator: "\n").last.map(String.init) == line)
  }

  // MARK: - What belongs to a maker

  @Test("a thought goes back under the key with which it was made", arguments: 1...3)
  func maker(number: Int) async throws {
    try await KeyFixture.with([answer], keys: KeyFixture.keys([1, 1, 1])) { cascade, one, _ in
      let maker = Maker(provider: "one", dialect: .messages, key: .listed(number))
      let request = JobRequest.chat(
        Conversation(turns: [
          Turn(role: .user, text: "Hi"),
          Turn(
            role: .assistant, parts: [.thought(Thought("Hm", signature: "s", maker: maker)), .text("Hello")]),
          Turn(role: .user, text: "And?"),
        ]))
      for _ in 1...5 { _ = try await cascade.answer(request) }
      #expect(Set(one.keys) == ["sk-key-\(number)"])
    }
  }

  @Test("what a provider makes says under which key")
  func makes() async throws {
    let body = """
      {"type":"message","content":[{"type":"thinking","thinking":"Hm","signature":"s"},\
      {"type":"text","text":"One"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}
      """
    try await KeyFixture.with([.reply(200, body)], speaking: .messages) { cascade, _, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      guard case .thought(let thought)? = result.answer.choices[0].parts.first else {
        Issue.record("a thought was made")
        return
      }
      #expect(thought.maker?.key == result.providerKey && thought.maker?.key != nil)
    }
  }

  // MARK: - A tenant's own

  @Test("a tenant's own key is sent for its jobs, and no other when that one fails")
  func own() async throws {
    let own = try #require(OwnKeys(["one": .usable(Secret("sk-mine"))]))
    try await KeyFixture.with([Self.error(429, headers: "retry-after: 30\r\n"), answer]) {
      cascade, one, two in
      let result = try #require(try await cascade.answer(RouteFixture.request, own: own).result)
      #expect(result.provider == "two" && one.keys == ["sk-mine"])
      #expect(two.keys == [ProviderFixture.key.reveal()], "the operator's, of a provider without an own key")
      #expect(result.cascadePath.map(\.key) == [.own, nil])
      let others = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(others.provider == "one" && one.keys.last != "sk-mine", "its limit holds nobody else up")
    }
  }

  @Test("it is the one that is sent where the provider has but one key, too")
  func ownForOne() async throws {
    let own = try #require(OwnKeys(["two": .usable(Secret("sk-mine"))]))
    try await KeyFixture.with([Self.error(500)]) { cascade, _, two in
      let result = try #require(try await cascade.answer(RouteFixture.request, own: own).result)
      #expect(result.provider == "two" && result.providerKey == .own && two.keys == ["sk-mine"])
    }
  }

  @Test("a tenant whose key cannot be read is not served with the operator's")
  func unusable() async throws {
    let own = try #require(OwnKeys(["one": .unusable("it cannot be read")]))
    try await KeyFixture.with([answer]) { cascade, one, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request, own: own).result)
      #expect(result.provider == "two" && one.requests.isEmpty)
      #expect(result.cascadePath[0].status == .skipped && result.cascadePath[0].reason == "it cannot be read")
    }
  }

  @Test("what a provider says of a tenant's key is not repeated")
  func hidden() async throws {
    let own = try #require(OwnKeys(["one": .usable(Secret("hunter2hunter2"))]))
    let script = Script.reply(401, #"{"error":{"message":"No such key: hunter2hunter2"}}"#)
    try await KeyFixture.with([script]) { cascade, _, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request, own: own).result)
      #expect(result.cascadePath[0].told?.contains("hunter2") == false)
    }
  }

  // MARK: - One key

  @Test("a provider with one key is told of as ever")
  func one() async throws {
    try await KeyFixture.with([answer], keys: []) { cascade, one, _ in
      let result = try #require(try await cascade.answer(RouteFixture.request).result)
      #expect(one.keys == [ProviderFixture.key.reveal()])
      #expect(result.providerKey == nil && result.cascadePath.allSatisfy { $0.key == nil })
      #expect(!String(buffer: result.encoded()).contains("provider_key"))
    }
  }
}
