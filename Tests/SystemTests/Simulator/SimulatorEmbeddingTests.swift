import Foundation
import Shared
import TestSupport
import Testing

@Suite("The provider simulator's embeddings")
struct SimulatorEmbeddingTests {
  private static let openAI = "/openai/v1/embeddings"

  private static func openAI(
    _ simulator: SimulatorProcess, _ input: JSONValue, _ more: JSONObject = [:], path: String = openAI
  ) async throws -> HTTPReply {
    let body: JSONObject = ["model": "text-embedding-3-small", "input": input]
    return try await simulator.call(
      path, headers: ProviderAPI.openai.headers, body: .object(body.merging(more) { $1 }))
  }

  private static func gemini(
    _ simulator: SimulatorProcess, _ method: String, _ body: JSONValue
  ) async throws -> HTTPReply {
    try await simulator.call(
      "/gemini/v1beta/models/gemini-embedding-001:\(method)", headers: ProviderAPI.gemini.headers, body: body)
  }

  private static func numbers(_ value: JSONValue?) -> [Double] { (value?.array ?? []).compactMap(\.double) }

  private static func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  @Test("are of length 1, the same for the same text, and others for another")
  func openAI() async throws {
    try await SimulatorProcess.with { simulator in
      let reply = try await Self.openAI(simulator, ["one", "two", "one"])
      #expect(reply.json["object"] == "list")
      #expect(reply.json["usage"]?["prompt_tokens"]?.integer ?? 0 > 0)
      let data = reply.json["data"]?.array ?? []
      #expect(data.map { $0["index"] } == [0, 1, 2])
      let vectors = data.map { Self.numbers($0["embedding"]) }
      #expect(vectors.allSatisfy { $0.count == 16 && abs(Self.length($0) - 1) < 1e-5 })
      #expect(vectors[0] == vectors[2])
      #expect(vectors[0] != vectors[1])
      let alone = try await Self.openAI(simulator, "one", path: "/openrouter/api/v1/embeddings")
      #expect(Self.numbers(alone.json["data"]?[0]?["embedding"]) == vectors[0])
      #expect(
        try await Self.openAI(simulator, "one", path: "/groq/openai/v1/embeddings").status == 404,
        "Groq has none")
    }
  }

  @Test("have the dimensions that are asked for, as numbers or as the Base64 of 32-bit floats")
  func forms() async throws {
    try await SimulatorProcess.with { simulator in
      let plain = try await Self.openAI(simulator, "one", ["dimensions": 5])
      let numbers = Self.numbers(plain.json["data"]?[0]?["embedding"])
      #expect(numbers.count == 5)
      let encoded = try await Self.openAI(simulator, "one", ["dimensions": 5, "encoding_format": "base64"])
      let text = try #require(encoded.json["data"]?[0]?["embedding"]?.string)
      let bytes = try #require(Data(base64Encoded: text))
      let floats = stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
      }
      #expect(floats == numbers.map { Float($0) })
    }
  }

  @Test("are made of tokens, too")
  func tokens() async throws {
    try await SimulatorProcess.with { simulator in
      let one = try await Self.openAI(simulator, [1, 2, 3])
      #expect(one.json["data"]?.array?.count == 1)
      let two = try await Self.openAI(simulator, [[1, 2], [3]])
      #expect(two.json["data"]?.array?.count == 2)
    }
  }

  @Test("are refused where the input is none")
  func refusals() async throws {
    try await SimulatorProcess.with { simulator in
      let rows: [(JSONValue, JSONObject)] = [
        (nil, [:]), ([], [:]), ("", [:]), (["a", ""], [:]), (7, [:]), ([1, "a"], [:]), ([[-1]], [:]),
        (.array(Array(repeating: "a", count: 2049)), [:]), ("a", ["dimensions": 0]),
        ("a", ["encoding_format": "hex"]), ("a", ["model": ""]),
      ]
      for (input, more) in rows {
        let reply = try await Self.openAI(simulator, input, more)
        #expect(reply.status == 400, "\(input) \(more)")
        #expect(reply.json["error"]?["type"] == "invalid_request_error")
      }
    }
  }

  @Test("come from Gemini one by one and in batches, the same as from OpenAI")
  func gemini() async throws {
    try await SimulatorProcess.with { simulator in
      func request(_ text: String) -> JSONValue {
        [
          "model": "models/gemini-embedding-001", "content": ["parts": [["text": .string(text)]]],
          "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 5,
        ]
      }
      let openAI = try await Self.openAI(simulator, ["one", "two"], ["dimensions": 5])
      let expected = (openAI.json["data"]?.array ?? []).map { Self.numbers($0["embedding"]) }
      let one = try await Self.gemini(simulator, "embedContent", request("one"))
      #expect(Self.numbers(one.json["embedding"]?["values"]) == expected[0])
      let both = try await Self.gemini(
        simulator, "batchEmbedContents", ["requests": [request("one"), request("two")]])
      #expect((both.json["embeddings"]?.array ?? []).map { Self.numbers($0["values"]) } == expected)
      for (method, body): (String, JSONValue) in [
        ("embedContent", ["content": ["parts": []]]), ("embedContent", ["input": "a"]),
        ("batchEmbedContents", ["requests": []]),
        ("batchEmbedContents", ["requests": [["model": "models/x"]]]),
      ] {
        let reply = try await Self.gemini(simulator, method, body)
        #expect(reply.status == 400)
        #expect(reply.json["error"]?["status"] == "INVALID_ARGUMENT")
      }
    }
  }
}
