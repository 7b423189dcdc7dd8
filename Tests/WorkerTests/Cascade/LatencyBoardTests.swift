import Shared
import Testing

@testable import Worker

@Suite("What a worker knows of latencies")
struct LatencyBoardTests {
  private let shared = SharedLatencies()
  private let target = Target(provider: "p", model: "m")

  @Test("its own measurements count at once, as a moving average")
  func own() {
    let board = LatencyBoard(shared: shared)
    board.note(.milliseconds(100), of: target)
    #expect(board.latencies == [target: .milliseconds(100)])
    board.note(.milliseconds(200), of: target)
    #expect(board.latencies == [target: .milliseconds(120)])
  }

  @Test("an exchange tells all measurements together, once, and takes over what all workers know")
  func exchange() async {
    let board = LatencyBoard(shared: shared)
    board.note(.milliseconds(100), of: target)
    board.note(.milliseconds(300), of: target)
    let other = Target(provider: "q", model: "m")
    shared.known = [target: .milliseconds(70), other: .milliseconds(5)]
    await board.exchange()
    await board.exchange()
    #expect(shared.samples[target]?.count == 2 && shared.samples[target]?.mean == .milliseconds(200))
    #expect(board.latencies == shared.known)
    shared.known = [:]
    await board.exchange()
    #expect(board.latencies.isEmpty, "what all have forgotten is forgotten")
  }

  @Test("without Redis it goes by its own, and tells it later")
  func away() async {
    let board = LatencyBoard(shared: shared)
    shared.isAway = true
    board.note(.milliseconds(100), of: target)
    await board.exchange()
    board.note(.milliseconds(300), of: target)
    await board.exchange()
    #expect(board.latencies == [target: .milliseconds(140)])
    shared.isAway = false
    await board.exchange()
    #expect(shared.samples[target]?.count == 2)
  }

  @Test(
    "a target that fails is not fast, however soon; what is the request's fault, or a limit, says nothing")
  func faults() {
    let board = LatencyBoard(shared: shared)
    for kind in [ProviderFault.Kind.requestRefused, .keyRefused, .limited(resetsIn: nil), .contentFiltered] {
      board.note(ProviderFault(kind, "r"), after: .milliseconds(1), of: target)
    }
    #expect(board.latencies.isEmpty)
    board.note(.failing("r"), after: .milliseconds(1), of: target)
    #expect(board.latencies[target] == .milliseconds(5001))
  }
}
