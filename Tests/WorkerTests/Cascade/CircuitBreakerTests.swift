import Shared
import Testing

@testable import Worker

@Suite("The life of a circuit breaker")
struct CircuitBreakerTests {
  private let start = ContinuousClock.now
  private let failing = ProviderFault.failing("server error (500)")
  private let wrongKey = ProviderFault(.keyRefused, "key refused (401)")
  private var breaker = CircuitBreaker()

  private func limited(_ wait: Duration?) -> ProviderFault {
    ProviderFault(.limited(resetsIn: wait), "rate limited (429)")
  }

  /// Chance 0.5 is no jitter.
  private mutating func record(
    _ fault: ProviderFault?, after time: Duration = .zero, isProbe: Bool = false, chance: Double = 0.5
  ) -> CircuitBreaker.Change? {
    breaker.record(fault, isProbe: isProbe, at: start + time, chance: chance)
  }

  private mutating func permission(after time: Duration = .zero) -> CircuitBreaker.Permission {
    breaker.permission(at: start + time, probeTimeout: .seconds(100))
  }

  private func leftAlone(_ cause: CircuitRecord.Cause, _ reason: String, until time: Duration)
    -> CircuitBreaker.Change
  {
    .leftAlone(.init(cause: cause, reason: reason, until: start + time))
  }

  private func refusal(_ cause: CircuitRecord.Cause, _ reason: String, _ wait: Duration)
    -> CircuitBreaker.Permission
  {
    .refused(CircuitRefusal(cause: cause, reason: reason, wait: wait))
  }

  /// Opens it at the start, for 5 s.
  private mutating func open() {
    for _ in 1...5 { _ = record(failing) }
  }

  @Test("four faults in a row leave it closed, the fifth opens it for 5 s")
  mutating func opens() {
    for _ in 1...4 {
      #expect(record(failing) == nil)
      #expect(permission() == .granted)
    }
    #expect(record(failing) == leftAlone(.faults, "server error (500)", until: .seconds(5)))
    #expect(
      permission(after: .seconds(2)) == refusal(.faults, "circuit open: server error (500)", .seconds(3)))
  }

  @Test("an answer between faults starts the count anew and leaves nothing behind")
  mutating func answerResets() {
    for _ in 1...4 { _ = record(failing) }
    #expect(record(nil) == nil)
    #expect(breaker.isBlank)
    for _ in 1...4 { #expect(record(failing) == nil) }
  }

  @Test("faults of requests and refusals of filters count for nothing")
  mutating func neutral() {
    for _ in 1...10 {
      #expect(record(ProviderFault(.requestRefused, "r")) == nil)
      #expect(record(ProviderFault(.contentFiltered, "c")) == nil)
    }
    #expect(breaker.isBlank)
  }

  @Test("after the cool-down one probe goes through, and another only when that is given up")
  mutating func halfOpen() {
    open()
    #expect(permission(after: .seconds(5)) == .probe)
    #expect(
      permission(after: .seconds(6))
        == refusal(.faults, "circuit half-open, another job probes: server error (500)", .seconds(1)))
    #expect(permission(after: .seconds(105)) == .probe)
  }

  @Test("a probe that is answered closes it, one that fails doubles the cool-down up to a minute")
  mutating func probes() {
    open()
    var time = Duration.seconds(5)
    for cooldown in [10, 20, 40, 60, 60] {
      #expect(permission(after: time) == .probe)
      let until = time + .seconds(cooldown)
      #expect(
        record(failing, after: time, isProbe: true) == leftAlone(.faults, "server error (500)", until: until))
      time = until
    }
    #expect(permission(after: time) == .probe)
    #expect(record(nil, after: time, isProbe: true) == .closed)
    #expect(breaker.isBlank)
    open()
    #expect(permission(after: .seconds(5)) == .probe)
  }

  @Test("a probe whose request is refused shows a provider that works")
  mutating func refusedProbe() {
    open()
    #expect(permission(after: .seconds(5)) == .probe)
    #expect(record(ProviderFault(.requestRefused, "r"), after: .seconds(5), isProbe: true) == .closed)
  }

  @Test("calls that began before it opened neither close it nor lengthen its cool-down")
  mutating func lateWord() {
    open()
    #expect(record(nil) == nil)
    #expect(record(failing) == nil)
    #expect(record(wrongKey) == nil)
    #expect(permission(after: .seconds(5)) == .probe)
  }

  @Test("a refused key opens it at once, for longer and longer up to five minutes")
  mutating func keyRefused() {
    var time = Duration.zero
    for (index, cooldown) in [30, 60, 120, 240, 300, 300].enumerated() {
      let until = time + .seconds(cooldown)
      #expect(
        record(wrongKey, after: time, isProbe: index > 0)
          == leftAlone(.keyRefused, "key refused (401)", until: until))
      #expect(permission(after: until) == .probe)
      time = until
    }
  }

  @Test("jitter is a tenth either way", arguments: [(0.0, 4500), (0.5, 5000), (1.0, 5500)])
  mutating func jitter(chance: Double, milliseconds: Int) {
    for _ in 1...4 { _ = record(failing) }
    let until = Duration.milliseconds(milliseconds)
    #expect(record(failing, chance: chance) == leftAlone(.faults, "server error (500)", until: until))
  }

  @Test("a limit keeps everyone away until it resets, and then is forgotten without a probe")
  mutating func limit() {
    #expect(
      record(limited(.seconds(12))) == leftAlone(.limited, "rate limited (429)", until: .seconds(12)))
    #expect(
      permission(after: .milliseconds(500))
        == refusal(.limited, "rate limited (429), resets in 12 s", .milliseconds(11_500)))
    #expect(record(limited(.seconds(3))) == nil, "a shorter limit changes nothing")
    #expect(permission(after: .seconds(12)) == .granted)
    #expect(breaker.isBlank)
  }

  @Test("limits do not count as faults")
  mutating func limitsDoNotCount() {
    for second in 1...10 { _ = record(limited(.zero), after: .seconds(second)) }
    #expect(permission(after: .seconds(20)) == .granted)
  }

  @Test("a limit that does not say when it resets is guessed, longer each time, until an answer")
  mutating func unstatedLimit() {
    var time = Duration.zero
    for guess in [1, 2, 4, 8, 16, 32, 60, 60] {
      let until = time + .seconds(guess)
      #expect(
        record(limited(nil), after: time) == leftAlone(.limited, "rate limited (429)", until: until))
      time = until
    }
    #expect(record(nil, after: time) == nil)
    #expect(breaker.isBlank)
  }

  @Test("a probe that meets a limit closes the circuit and keeps the limit")
  mutating func limitedProbe() {
    open()
    #expect(permission(after: .seconds(5)) == .probe)
    #expect(
      record(limited(.seconds(10)), after: .seconds(5), isProbe: true)
        == leftAlone(.limited, "rate limited (429)", until: .seconds(15)))
    #expect(permission(after: .seconds(15)) == .granted)
  }

  @Test("a probe that is abandoned leaves the next one to another")
  mutating func abandoned() {
    open()
    #expect(permission(after: .seconds(5)) == .probe)
    #expect(
      breaker.abandonProbe(at: start + .seconds(6))
        == leftAlone(.faults, "server error (500)", until: .seconds(6)))
    #expect(permission(after: .seconds(6)) == .probe)
  }

  @Test("what other workers know is taken over, and forgotten when they forget it")
  mutating func adopts() {
    breaker.adopt(
      CircuitRecord(cause: .faults, reason: "not JSON", remaining: .seconds(8)), at: start)
    #expect(permission() == refusal(.faults, "circuit open: not JSON", .seconds(8)))
    breaker.adopt(CircuitRecord(cause: .faults, reason: "not JSON", remaining: .zero), at: start)
    #expect(permission() == .probe)
    breaker.adopt(CircuitRecord(cause: .limited, reason: "l", remaining: .seconds(2)), at: start)
    #expect(permission() == refusal(.limited, "l, resets in 2 s", .seconds(2)))
    breaker.adopt(nil, at: start)
    #expect(breaker.isBlank)
  }

  @Test("a count that has not opened anything yet survives what others know")
  mutating func adoptionKeepsCount() {
    for _ in 1...4 { _ = record(failing) }
    breaker.adopt(nil, at: start)
    #expect(record(failing) != nil)
  }
}
