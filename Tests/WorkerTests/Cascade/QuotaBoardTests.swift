import NIOHTTP1
import Shared
import Testing

@testable import Worker

@Suite("What a worker knows of quotas")
struct QuotaBoardTests {
  private let shared = SharedQuotas()
  private let target = Target(provider: "p", model: "m")
  private let tight = StatedQuota(kind: .requests, left: 3, limit: 30, resetsIn: .seconds(20))

  private func board(_ quotas: [Quota] = []) -> QuotaBoard {
    let provider = Provider(
      name: "p", dialect: .chat, baseURL: "http://127.0.0.1", access: .key(Secret("k")), defaultModel: "m",
      quotas: quotas)
    return QuotaBoard(
      catalogs: CatalogSource(ProviderCatalog(providers: [provider], prices: .list)), shared: shared)
  }

  @Test("a target without a quota is asked without a word to Redis")
  func free() async {
    #expect(await board().reserve(target, tokens: 1) == .granted(nil))
    #expect(shared.asked == 0)
  }

  @Test("a target with a configured quota is asked only with a reservation; a refusal waits for the reset")
  func configured() async {
    let board = board([Quota(kind: .requests, amount: 1, window: .minute)])
    shared.left = 1
    guard case .granted(.some) = await board.reserve(target, tokens: 1) else {
      Issue.record("one was left")
      return
    }
    let refusal = CircuitRefusal(
      cause: .limited, reason: "quota used up, resets in 30 s", wait: .seconds(30))
    #expect(await board.reserve(target, tokens: 1) == .refused(refusal))
  }

  @Test("a response that says that little is left makes the target a metered one, for the others, too")
  func learned() async {
    let (board, other) = (board(), self.board())
    board.record([tight], of: target, nil, usedTokens: nil)
    guard case .refused = await board.reserve(target, tokens: 1) else {
      Issue.record("nothing is left")
      return
    }
    for await report in board.reports.prefix(1) { await board.tell(report) }
    #expect(shared.observed == [tight])
    await other.refresh()
    guard case .refused = await other.reserve(target, tokens: 1) else {
      Issue.record("nothing is left")
      return
    }
  }

  @Test("a response that says that plenty is left is nobody's concern")
  func plenty() async {
    let board = board()
    let stated = StatedQuota(kind: .requests, left: 9000, limit: 10_000, resetsIn: .seconds(20))
    board.record([stated], of: target, nil, usedTokens: 5)
    #expect(await board.reserve(target, tokens: 1) == .granted(nil))
  }

  @Test("the tokens that were used are settled")
  func settlement() async {
    let board = board([Quota(kind: .tokens, amount: 1000, window: .minute)])
    shared.left = 1
    guard case .granted(let reservation?) = await board.reserve(target, tokens: 300) else {
      Issue.record("one was left")
      return
    }
    board.record([], of: target, reservation, usedTokens: 42)
    for await report in board.reports.prefix(1) { await board.tell(report) }
    #expect(shared.settled == [42])
  }

  @Test("without Redis the target is asked: its own 429 is the answer then")
  func away() async {
    shared.isAway = true
    let board = board([Quota(kind: .requests, amount: 1, window: .minute)])
    #expect(await board.reserve(target, tokens: 1) == .granted(nil))
  }

  @Test("limits are read from OpenAI's headers; what is missing or makes no sense is passed over")
  func headers() {
    let complete: HTTPHeaders = [
      "x-ratelimit-limit-requests": "14400", "x-ratelimit-remaining-requests": "14370",
      "x-ratelimit-reset-requests": "2m59.56s", "x-ratelimit-limit-tokens": "18000",
      "x-ratelimit-remaining-tokens": "17997", "x-ratelimit-reset-tokens": "7.66s",
    ]
    #expect(
      StatedQuota.stated(in: complete) == [
        StatedQuota(kind: .requests, left: 14370, limit: 14400, resetsIn: .seconds(60)),
        StatedQuota(kind: .tokens, left: 17997, limit: 18000, resetsIn: .milliseconds(7660)),
      ])
    for wrong in ["-1", "99999999", "x", ""] {
      var headers = complete
      headers.replaceOrAdd(name: "x-ratelimit-remaining-requests", value: wrong)
      #expect(StatedQuota.stated(in: headers).map(\.kind) == [.tokens])
    }
    #expect(StatedQuota.stated(in: [:]).isEmpty)
  }
}
