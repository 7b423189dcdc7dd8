import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import Shared

@Suite("Steps that are taken together")
struct StepBatcherTests {
  private struct Item: Batchable {
    var size = 10
    var group = 0
    func goes(with other: Item) -> Bool { group == other.group }
  }

  @Test("a step takes 64 items, or 4 MiB of them, and those that go together")
  func bounds() {
    #expect([Item]().batchSizes == [])
    #expect(Array(repeating: Item(), count: 130).batchSizes == [64, 64, 2])
    #expect(Array(repeating: Item(size: 1_500_000), count: 5).batchSizes == [2, 2, 1])
    #expect([Item(size: 10_000_000), Item(), Item()].batchSizes == [1, 2])
    #expect([0, 0, 1, 0].map { Item(group: $0) }.batchSizes == [2, 1, 1])
  }

  @Test("those who ask in one turn of the loop share a step, and each is told of its own item")
  func together() async throws {
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let eventLoop = loops.any()
    let steps = Mutex<[[Int]]>([])
    let batcher = StepBatcher<Item, Int>(eventLoop: eventLoop) { items in
      steps.withLock { $0.append(items.map(\.size).sorted()) }
      return items.map { $0.size * 2 }
    }
    // The loop's turn lasts until all have asked.
    let turn = DispatchSemaphore(value: 0)
    eventLoop.execute { turn.wait() }
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for size in 1...5 { group.addTask { (size, try await batcher.perform(Item(size: size))) } }
      try await eventually("all have asked") { batcher.waiting == 5 }
      turn.signal()
      for try await (size, outcome) in group { #expect(outcome == size * 2) }
    }
    #expect(steps.withLock { $0 } == [[1, 2, 3, 4, 5]])
    try await loops.shutdownGracefully()
  }

  @Test("a step that fails fails for all who shared it")
  func failure() async {
    let batcher = StepBatcher<Item, Int>(eventLoop: MultiThreadedEventLoopGroup.singleton.any()) {
      (_: [Item]) throws(QueueError) -> [Int] in throw .unexpectedReply(step: "test")
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask {
          await #expect(throws: QueueError.self) { try await batcher.perform(Item()) }
        }
      }
    }
  }
}
