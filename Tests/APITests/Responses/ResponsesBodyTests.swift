import Shared
import Testing

@testable import API

@Suite("The body of a response's request")
struct ResponsesBodyTests {
  private func issues(_ members: JSONObject) -> [ValidationIssue] {
    let body: JSONObject = ["model": "default", "input": "Hi"]
    switch ResponsesBody.schema.decode(.object(body.merging(members) { $1 })) {
    case .success: return []
    case .failure(let errors): return Array(errors.issues)
    }
  }

  @Test("several answers are refused with all else that is wrong; other members that are not known are taken")
  func several() {
    #expect(issues(["n": 2]) == [ValidationIssue(.unknownField, at: ["body", "n"])])
    #expect(issues(["n": 1, "temperature": 9]).map(\.path).sorted() == ["n", "temperature"])
    #expect(issues(["n": nil, "hologram": 1]) == [])
  }

  @Test("what is only refused is published nowhere")
  func published() {
    #expect(ResponsesBody.schema.openAPISchema["properties"]?["n"] == nil)
  }
}
