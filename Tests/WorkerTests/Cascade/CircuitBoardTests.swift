import Logging
import Shared
import TestSupport
import Testing

@testable import Worker

@Suite("What workers know of each other's circuits")
struct CircuitBoardTests {
  private let shared = SharedCircuits()
  private let target = Target(provider: "groq", model: "m")
  private let failing = ProviderFault.failing("server error (500)")

  private func board() -> CircuitBoard {
    CircuitBoard(shared: shared, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func isRefused(_ permission: CircuitBoard.Permission) -> Bool {
    if case .refused = permission { true } else { false }
  }

  private func open(_ board: CircuitBoard) {
    for _ in 1...5 { board.record(failing, of: target, isProbe: false) }
  }

  @Test("healthy targets cost no call")
  func healthy() async {
    let board = board()
    for _ in 1...100 {
      #expect(await board.permission(for: target) == .granted(isProbe: false))
      #expect(board.record(nil, of: target, isProbe: false) == nil)
    }
    #expect(shared.calls.isEmpty)
  }

  @Test("an opening is told to the others and kept by them")
  func opening() async throws {
    let (first, second) = (board(), board())
    open(first)
    #expect(isRefused(await first.permission(for: target)))
    #expect(await second.permission(for: target) == .granted(isProbe: false))
    await first.synchronize()
    #expect(shared[target]?.cause == .faults)
    await second.synchronize()
    guard case .refused(let refusal) = await second.permission(for: target) else {
      Issue.record("the second worker should know of the opening")
      return
    }
    #expect(refusal.reason == "circuit open: server error (500)")
  }

  @Test("of all workers one probes, and its answer closes the circuit for all")
  func probe() async {
    let (first, second) = (board(), board())
    shared[target] = CircuitRecord(cause: .faults, reason: "r", remaining: .zero)
    await first.synchronize()
    await second.synchronize()
    #expect(await first.permission(for: target) == .granted(isProbe: true))
    #expect(isRefused(await second.permission(for: target)))
    let calls = shared.calls.count
    #expect(isRefused(await second.permission(for: target)))
    #expect(shared.calls.count == calls, "who was told to wait does not ask for each job")
    first.record(nil, of: target, isProbe: true)
    await first.synchronize()
    #expect(shared[target] == nil)
    await second.synchronize()
    #expect(await second.permission(for: target) == .granted(isProbe: false))
  }

  @Test("a probe that fails opens the circuit for all")
  func failedProbe() async {
    let board = board()
    shared[target] = CircuitRecord(cause: .faults, reason: "r", remaining: .zero)
    await board.synchronize()
    #expect(await board.permission(for: target) == .granted(isProbe: true))
    #expect(board.record(failing, of: target, isProbe: true) != nil)
    await board.synchronize()
    #expect(shared[target].map { $0.remaining > .zero } == true)
  }

  @Test("an abandoned probe may be made by another worker at once")
  func abandonedProbe() async {
    let (first, second) = (board(), board())
    shared[target] = CircuitRecord(cause: .faults, reason: "r", remaining: .zero)
    await first.synchronize()
    await second.synchronize()
    #expect(await first.permission(for: target) == .granted(isProbe: true))
    first.abandon(target, isProbe: true)
    await first.synchronize()
    #expect(await second.permission(for: target) == .granted(isProbe: true))
  }

  @Test("without Redis a worker goes by what it knows, probes for itself, and tells the others later")
  func withoutRedis() async {
    let board = board()
    shared.isAway = true
    open(board)
    await board.synchronize()
    await board.synchronize()
    #expect(isRefused(await board.permission(for: target)))
    #expect(shared[target] == nil)
    shared.isAway = false
    await board.synchronize()
    #expect(shared[target]?.cause == .faults)
    shared[target] = CircuitRecord(cause: .faults, reason: "r", remaining: .zero)
    await board.synchronize()
    shared.isAway = true
    #expect(await board.permission(for: target) == .granted(isProbe: true))
    #expect(isRefused(await board.permission(for: target)))
  }

  @Test("a limit is told to the others")
  func limit() async {
    let board = board()
    let wait = board.record(
      ProviderFault(.limited(resetsIn: .seconds(20)), "rate limited (429)"), of: target, isProbe: false)
    #expect(wait.map { $0 > .seconds(10) && $0 <= .seconds(20) } == true)
    await board.synchronize()
    #expect(shared[target]?.cause == .limited)
  }

  @Test("any number of failing models that clients name is remembered within bounds")
  func bounded() async {
    let board = board()
    for number in 0..<10_000 {
      board.record(failing, of: Target(provider: "groq", model: "m\(number)"), isProbe: false)
    }
    #expect(await board.permission(for: target) == .granted(isProbe: false))
    #expect(board.size <= 4096)
  }

  @Test("the refresher tells at once and asks again and again")
  func refresher() async throws {
    let (first, second) = (board(), board())
    let services = Task {
      await withTaskGroup(of: Void.self) { group in
        for board in [first, second] {
          group.addTask { try? await CircuitRefresher(board: board, interval: .milliseconds(10)).run() }
        }
      }
    }
    open(first)
    try await eventually("the second worker knows of the opening") {
      isRefused(await second.permission(for: target))
    }
    services.cancel()
    await services.value
  }
}
