import HTTPTypes
import Testing

@testable import API

@Suite("What clients call themselves")
struct UserAgentTests {
  @Test("of a long name the beginning is shown, 256 bytes at most and no half of a character")
  func cut() {
    func shown(_ agent: String) -> String? { ([.userAgent: agent] as HTTPFields).shownUserAgent }
    let most = String(repeating: "x", count: 256)
    #expect(shown("curl/8.5") == "curl/8.5" && shown(most) == most && shown(most + "y") == most)
    #expect(shown(most.dropLast() + "é and more") == String(most.dropLast()))
    #expect(([:] as HTTPFields).shownUserAgent == nil)
  }
}
