import ArgumentParser
import Shared
import Testing

@testable import CLI

@Suite("The server and the key")
struct ServerOptionsTests {
  private func server(
    _ arguments: [String] = [], _ environment: [String: String] = ["SLUICE_ADMIN_KEY": "a"]
  ) throws -> Server {
    try ServerOptions.parse(arguments).server(ProcessEnvironment(environment))
  }

  @Test("options win over the environment, and SLUICE_ADMIN_KEY over ADMIN_API_KEY")
  func precedence() throws {
    #expect(try server().url == "http://127.0.0.1:8000")
    #expect(
      try server([], ["SLUICE_URL": "https://a.example/below/", "ADMIN_API_KEY": "b"]).url
        == "https://a.example/below")
    #expect(
      try server(["--url", "http://c:1"], ["SLUICE_URL": "http://d", "ADMIN_API_KEY": "b"]).url
        == "http://c:1")
    #expect(try server([], ["ADMIN_API_KEY": "b"]).key == Secret("b"))
    #expect(try server([], ["ADMIN_API_KEY": "b", "SLUICE_ADMIN_KEY": "a"]).key == Secret("a"))
  }

  @Test(
    "an address that could take the key elsewhere, or is none, is refused",
    arguments: [
      "ftp://a", "a.example", "http://", "http://:8000", "http://user:secret@a", "http://a?x=1", "http://a b",
      "https:///x",
    ])
  func badAddresses(_ url: String) {
    #expect(throws: CommandFailure.self) { try server(["--url", url]) }
  }

  @Test("without a key nothing is asked")
  func noKey() {
    #expect(throws: CommandFailure.self) { try server([], [:]) }
    #expect(throws: CommandFailure.self) { try server(["--key-file", "/nowhere"]) }
    #expect(throws: CommandFailure.self) { try server(["--timeout", "0"]) }
  }

  @Test("parts of a path mean only themselves")
  func paths() {
    let path = AdminPath("admin", "users", "a/b ?ü").with("tenant", "x&y").with("none", nil).with(
      "limit", "1")
    #expect(path.description == "/admin/users/a%2Fb%20%3F%C3%BC?tenant=x%26y&limit=1")
  }

  @Test("a refusal is said in words, with each fault in its place")
  func refusals() throws {
    func failure(_ status: Int, _ json: JSONValue) -> CommandFailure {
      Refusal(status: status, body: json.serialized()).failure
    }
    let two = failure(
      422,
      [
        "detail": "Correct 2 things.",
        "errors": [
          ["loc": ["body", "limits", 0, "model"], "msg": "no such model"],
          ["loc": ["body", "x"], "msg": "unknown"],
        ],
      ])
    #expect(two.description == "Correct 2 things.\n  limits[0].model: no such model\n  x: unknown")
    #expect(failure(412, ["detail": "x"]).description == Refusal.changedMeanwhile)
    #expect(failure(412, ["detail": "x"]).exitCode == .refused)
    #expect(failure(502, "a proxy's page").exitCode == .noAnswer)
    #expect(failure(401, ["detail": "Send a valid key."]).description.contains("SLUICE_ADMIN_KEY"))
  }
}
