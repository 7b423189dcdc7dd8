import Testing

@testable import API

@Suite("What a process holds of bodies")
struct BodyBudgetTests {
  private let small = BodyBudget.freeBytes

  @Test("counts a body as it comes, refuses what is over the bound, and forgets it with its request")
  func counting() throws {
    let budget = BodyBudget(limit: 1000 + small)
    let first = BodyHold(budget)
    try first.grow(to: small)
    #expect(budget.heldBytes == 0, "small bodies are not counted")
    try first.grow(to: small + 400)
    try first.grow(to: small + 1000)
    #expect(budget.heldBytes == small + 1000)
    do {
      let second = BodyHold(budget)
      try second.grow(to: small)
      #expect(throws: Problem.unavailable(.bodiesFillMemory, retryAfter: .seconds(1))) {
        try second.grow(to: small + 1)
      }
      #expect(throws: Problem.self) { try second.expect(small + 1) }
      try second.expect(small)
    }
    #expect(budget.heldBytes == small + 1000, "a refused body holds nothing")
    first.release()
    first.release()
    #expect(budget.heldBytes == 0)
    do {
      let third = BodyHold(budget)
      try third.grow(to: small + 1)
    }
    #expect(budget.heldBytes == 0, "a hold that is dropped is released")
  }

  @Test("large bodies take turns in their order, and a giant has its turn alone")
  func turns() async throws {
    let budget = BodyBudget(limit: .max)
    let sizes = [BodyBudget.workBytes * 2, BodyBudget.workBytes, small * 2, small * 2]
    let holds = sizes.map { _ in BodyHold(budget) }
    for (hold, size) in zip(holds, sizes) { try hold.grow(to: size) }
    await holds[0].beginWork()
    let (begun, continuation) = AsyncStream<Int>.makeStream()
    await withTaskGroup { group in
      var arrivals = begun.makeAsyncIterator()
      for index in 1..<sizes.count {
        group.addTask {
          await holds[index].beginWork()
          continuation.yield(index)
        }
        while budget.waiting < index { await Task.yield() }
      }
      holds[0].release()
      #expect(await arrivals.next() == 1)
      #expect(budget.waiting == 2, "one that fills what there is keeps others waiting")
      holds[1].release()
      let last = await [arrivals.next(), arrivals.next()]
      #expect(Set(last) == [2, 3])
    }
    for hold in holds { hold.release() }
    #expect(budget.heldBytes == 0 && budget.waiting == 0)
  }
}
