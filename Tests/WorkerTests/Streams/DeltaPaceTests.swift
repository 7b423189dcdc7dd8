import Testing

@testable import Worker

@Suite("How long a stream's pieces wait for company")
struct DeltaPaceTests {
  private func pauses(_ count: Int, writing: Int, write: Duration = .milliseconds(1)) -> [Duration] {
    var pace = DeltaPace()
    return (0..<count).map { _ in pace.pause(under: DeltaPace.Load(writing: writing, write: write)) }
  }

  @Test("behind the first piece they wait 5 ms, then longer up to 25 ms")
  func alone() {
    #expect(pauses(7, writing: 1) == [5, 10, 15, 20, 25, 25, 25].map { .milliseconds($0) })
    #expect(pauses(2, writing: 20) == [.milliseconds(5), .milliseconds(10)], "20 streams are no load")
  }

  @Test("the more streams write at once, the longer, up to 100 ms: about 5,000 writes a second in all")
  func crowd() {
    #expect(pauses(6, writing: 100).last == .milliseconds(25))
    #expect(pauses(1, writing: 250) == [.milliseconds(50)])
    #expect(pauses(1, writing: 500) == [.milliseconds(100)])
    #expect(pauses(1, writing: 4000) == [.milliseconds(100)])
  }

  @Test("a Redis that is slow to answer is written to less often")
  func slowRedis() {
    #expect(pauses(1, writing: 1, write: .milliseconds(10)) == [.milliseconds(40)])
    #expect(pauses(1, writing: 1, write: .seconds(2)) == [.milliseconds(100)])
  }

  @Test("the pause is as before once the load is gone")
  func after() {
    var pace = DeltaPace()
    _ = pace.pause(under: DeltaPace.Load(writing: 500, write: .zero))
    #expect(pace.pause(under: DeltaPace.Load(writing: 1, write: .zero)) == .milliseconds(10))
  }

  @Test("streams are counted while they write; a single slow write says little, many say much")
  func load() {
    let load = StreamLoad()
    load.begin()
    load.begin()
    #expect(load.now == DeltaPace.Load(writing: 2, write: .zero))
    load.end(after: .milliseconds(160))
    load.end(after: nil)
    #expect(load.now == DeltaPace.Load(writing: 0, write: .milliseconds(10)))
    for _ in 1...100 {
      load.begin()
      load.end(after: .milliseconds(160))
    }
    #expect(load.now.write > .milliseconds(150) && load.now.write <= .milliseconds(160))
  }
}
