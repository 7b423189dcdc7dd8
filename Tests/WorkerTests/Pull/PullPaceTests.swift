import Testing

@testable import Worker

@Suite("The pace of pulling")
struct PullPaceTests {
  @Test("jobs that nobody can be asked about slow the worker down, up to a bound; an attempt sets it going")
  func pace() {
    let pace = PullPace()
    for _ in 0..<15 { pace.note(askedAny: false) }
    #expect(pace.rest == .zero)
    pace.note(askedAny: false)
    #expect(pace.rest == .milliseconds(100))
    for _ in 0..<1000 { pace.note(askedAny: false) }
    #expect(pace.rest == .seconds(2))
    pace.note(askedAny: true)
    #expect(pace.rest == .zero)
  }
}
