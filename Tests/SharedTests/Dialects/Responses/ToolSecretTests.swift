import Testing

@testable import Shared

@Suite("Secrets of servers of tools in requests in Responses' form")
struct ToolSecretTests {
  private static let server: JSONValue = [
    "type": "mcp", "server_label": "notes", "authorization": "canary", "headers": ["X-Key": "canary"],
    "server_url": "https://a",
  ]
  private static let bare: JSONValue = ["type": "mcp", "server_label": "notes", "server_url": "https://a"]
  private static let function: JSONValue = ["type": "function", "name": "f", "headers": "its own"]

  @Test("they are left out wherever tools stand, and nothing else is")
  func everywhere() {
    func request(_ server: JSONValue) -> JSONObject {
      [
        "model": "m", "authorization": "a member that nobody knows",
        "tools": [Self.function, server, ["type": "namespace", "name": "n", "tools": [server]]],
        "input": [
          ["role": "user", "content": "Hi"], ["type": "additional_tools", "tools": [server, Self.function]],
          ["type": "message", "role": "user", "content": [["type": "input_text", "text": "authorization"]]],
        ],
      ]
    }
    #expect(request(Self.server).withoutToolSecrets == request(Self.bare))
    #expect(request(Self.bare).withoutToolSecrets == request(Self.bare))
  }

  @Test("a request without tools is as it was", arguments: ["Hi", .null, [], [1, "x"]] as [JSONValue])
  func none(input: JSONValue) {
    let request: JSONObject = ["input": input, "tools": input]
    #expect(request.withoutToolSecrets == request)
  }

  @Test("a response repeats its tools without them")
  func repeated() throws {
    let space: JSONValue = ["type": "namespace", "name": "n", "tools": [Self.server]]
    let request: JSONObject = ["tools": [Self.server, space]]
    let object = ResponsesObject(id: "resp_1", created: 1, model: "m", request: request)
    let tools = object.json(ResponsesObject.State(.queued))["tools"]
    #expect(tools == [Self.bare, ["type": "namespace", "name": "n", "tools": [Self.bare]]])
  }
}
