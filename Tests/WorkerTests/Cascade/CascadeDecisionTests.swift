import Shared
import Testing

@testable import Worker

@Suite("What follows when no target answered")
struct CascadeDecisionTests {
  private static let gemini = Target(provider: "gemini", model: "g")
  private static let groq = Target(provider: "groq", model: "q")

  private static let refused = ProviderFault(.requestRefused, "request refused (400)", message: "Too long")
  private static let wrongKey = ProviderFault(.keyRefused, "key refused (401)")
  private static let filtered = ProviderFault.filtered(
    400, ProviderError(message: "Rephrase.", param: "prompt"))
  private static let failing = ProviderFault.failing("server error (500)")
  private static let limited = ProviderFault(.limited(resetsIn: nil), "rate limited (429)")

  private func verdict(_ findings: CascadeDecision.Finding...) -> CascadeDecision.Verdict {
    var decision = CascadeDecision()
    for finding in findings { decision.add(finding) }
    return decision.verdict
  }

  private func fault(
    _ fault: ProviderFault, of target: Target = Self.gemini, wait: Duration? = nil
  ) -> CascadeDecision.Finding { .fault(fault, of: target, wait: wait) }

  private func skipped(
    _ cause: CircuitRecord.Cause, _ wait: Duration, of target: Target = Self.groq
  ) -> CascadeDecision.Finding {
    .skipped(CircuitRefusal(cause: cause, reason: "circuit open: x", wait: wait), of: target)
  }

  @Test("when all say that the request is at fault, the first one's words are the failure's")
  func requestRefused() {
    let other = ProviderFault(.requestRefused, "not found (404)", message: "Other words")
    #expect(
      verdict(fault(Self.refused), fault(other, of: Self.groq))
        == .refused(
          message: "gemini/g refused the request: Too long", error: ProviderError(message: "Too long")))
    #expect(
      verdict(fault(ProviderFault(.requestRefused, "request too large (413)")))
        == .refused(message: "gemini/g refused the request: request too large (413)"))
  }

  @Test("a target whose API cannot express the request refuses it without having been asked")
  func unasked() {
    let fault = ProviderFault(.requestRefused, "cannot be translated", message: "Gemini has no `n`.")
    #expect(
      verdict(.unasked(fault, of: Self.gemini), self.fault(Self.refused, of: Self.groq))
        == .refused(message: "gemini/g refused the request: Gemini has no `n`."))
    #expect(
      verdict(.unasked(fault, of: Self.gemini), skipped(.faults, .seconds(30)))
        == .passing(
          message: "gemini/g: cannot be translated: Gemini has no `n`.; groq/q: circuit open: x",
          retryAfter: .seconds(30),
          askedAny: false))
  }

  @Test("a refused key among them makes it the operator's matter")
  func keyRefused() {
    let expected = CascadeDecision.Verdict.failed(
      message: "Every provider refused the request; check the providers' keys, credit and models: "
        + "gemini/g: request refused (400): Too long; groq/q: key refused (401)")
    #expect(verdict(fault(Self.refused), fault(Self.wrongKey, of: Self.groq)) == expected)
  }

  @Test("a circuit that is open for a refused key is as good as a refused key")
  func skippedForKey() {
    guard case .failed(let message) = verdict(fault(Self.refused), skipped(.keyRefused, .seconds(30))) else {
      Issue.record("waiting does not mend a wrong key")
      return
    }
    #expect(message.hasPrefix("Every provider refused"))
  }

  @Test("a filter that refuses with an error has the word, alone and among what waiting does not mend")
  func contentFiltered() {
    let error = ProviderError(message: "Rephrase.", param: "prompt", code: "content_filter")
    let expected = CascadeDecision.Verdict.refused(
      message: "groq/q refused the request: Rephrase.", error: error)
    #expect(verdict(fault(Self.filtered, of: Self.groq)) == expected)
    #expect(verdict(fault(Self.refused), fault(Self.filtered, of: Self.groq)) == expected)
    #expect(verdict(fault(Self.wrongKey), fault(Self.filtered, of: Self.groq)) == expected)
    #expect(
      verdict(fault(Self.filtered), skipped(.keyRefused, .seconds(30)))
        == .refused(message: "gemini/g refused the request: Rephrase.", error: error))
  }

  @Test("the summary of many targets is short, and tells something of each")
  func longWords() {
    let words = String(repeating: "x", count: ProviderMessage.limit)
    var decision = CascadeDecision()
    let failing = ProviderFault(.failing, "server error (500)", message: words)
    for name in 1...20 {
      decision.add(.fault(failing, of: Target(provider: "p\(name)", model: "m"), wait: nil))
    }
    guard case .passing(let message, _, _) = decision.verdict else {
      Issue.record("server errors pass")
      return
    }
    #expect(message.count < 20 * 130 && message.contains("p20/m: server error (500): xxx"))
  }

  @Test(
    "one passing fault keeps the job alive, whatever the others say",
    arguments: [refused, wrongKey, filtered], [failing, limited])
  func passing(permanent: ProviderFault, passing: ProviderFault) {
    guard
      case .passing(let message, nil, askedAny: true) = verdict(
        fault(permanent), fault(passing, of: Self.groq))
    else {
      Issue.record("the job should be tried again")
      return
    }
    #expect(message == "gemini/g: \(permanent.told()); groq/q: \(passing.told())")
  }

  @Test("the job comes back when the first target can be asked again")
  func shortestWait() {
    let verdict = verdict(
      fault(Self.limited, wait: .seconds(30)), skipped(.faults, .seconds(4)),
      fault(Self.wrongKey, of: Self.groq, wait: .seconds(1)))
    guard case .passing(_, .seconds(4), askedAny: true) = verdict else {
      Issue.record("4 s is the shortest wait of a target that may answer, not \(verdict)")
      return
    }
  }

  @Test("a target that may be asked at once leaves the wait to the job's own backoff")
  func unknownWait() {
    let verdict = verdict(fault(Self.limited, wait: .seconds(30)), fault(Self.failing, of: Self.groq))
    guard case .passing(_, nil, askedAny: true) = verdict else {
      Issue.record("there is nothing to wait for: \(verdict)")
      return
    }
  }

  @Test("a job that only met open circuits has asked nobody")
  func askedNobody() {
    let verdict = verdict(skipped(.faults, .seconds(4), of: Self.gemini), skipped(.limited, .seconds(9)))
    guard case .passing(_, .seconds(4), askedAny: false) = verdict else {
      Issue.record("nobody was asked: \(verdict)")
      return
    }
  }
}
