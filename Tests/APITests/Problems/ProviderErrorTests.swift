import NIOCore
import Shared
import Testing

@testable import API

@Suite("What a provider said of its refusal, as clients are told")
struct ProviderErrorTests {
  private static let overflow = ProviderError(
    message: "Too long.", type: "invalid_request_error", param: "messages", code: "context_length_exceeded")
  private static let path = [
    CascadeStep(
      provider: "groq", model: "m", status: .failed, reason: "request refused (400)", words: "Too long.",
      latency: .zero)
  ]

  private func problem(_ code: JobFailure.Code, _ error: ProviderError?) -> Problem {
    .failed(
      storedError: JobFailure(
        code: code, message: "groq/m refused the request: Too long.", cascadePath: Self.path,
        providerError: error
      ).encoded())
  }

  private func openAI(_ problem: Problem) throws -> (status: Int, error: JSONValue) {
    let rendered = problem.openAIError(requestID: "r")
    return (rendered.status.code, try #require(JSONParser.parse(rendered.body)["error"]))
  }

  @Test("OpenAI's clients get its message, type, param and code with status 400")
  func refused() throws {
    let (status, error) = try openAI(problem(.requestRefused, Self.overflow))
    #expect(status == 400)
    #expect(
      error["message"] == "Too long. (context_length_exceeded)", "where LangChain looks for it behind the SDK"
    )
    #expect(error["type"] == "invalid_request_error")
    #expect(error["param"] == "messages" && error["code"] == "context_length_exceeded")
    #expect(error["cascade_path"]?[0]?["reason"] == "request refused (400): Too long.")
  }

  @Test("what it did not tell has our words")
  func partly() throws {
    let (status, error) = try openAI(problem(.requestRefused, ProviderError(message: "Too long.")))
    #expect(status == 400 && error["message"] == "Too long.")
    #expect(error["type"] == "invalid_request_error" && error["code"] == "request_refused")
    #expect(error["param"] == .null)
    let nameless = try openAI(problem(.requestRefused, ProviderError(code: "c"))).error
    #expect(nameless["message"] == "groq/m refused the request: Too long." && nameless["code"] == "c")
  }

  @Test("an answer that broke off has the names that the provider gave the reason")
  func interrupted() throws {
    let said = ProviderError(message: "Overloaded.", type: "overloaded_error", code: "busy")
    let (status, error) = try openAI(problem(.streamInterrupted, said))
    #expect(status == 502 && error["code"] == "busy" && error["type"] == "overloaded_error")
    let unknown = try openAI(problem(.streamInterrupted, nil)).error
    #expect(unknown["code"] == "all_providers_failed" && unknown["type"] == "server_error")
  }

  @Test("native routes answer 502 as ever, with the words in the detail and in the path")
  func native() throws {
    let rendered = problem(.requestRefused, Self.overflow).problemDetails(requestID: "r")
    let body = try JSONParser.parse(rendered.body)
    #expect(rendered.status == .badGateway && body["detail"] == "groq/m refused the request: Too long.")
    #expect(body["cascade_path"]?[0]?["reason"] == "request refused (400): Too long.")
    #expect(
      Set(try #require(body.object).keys)
        == ["type", "title", "status", "detail", "request_id", "cascade_path"])
  }

  @Test(
    "an error that an older version stored is read as before, and members that are new to this one do no harm"
  )
  func versions() throws {
    let old = #"{"code":"request_refused","message":"No.","cascade_path":[]}"#
    let error = try openAI(.failed(storedError: ByteBuffer(string: old))).error
    #expect(error["message"] == "No." && error["code"] == "request_refused")
    let new = #"{"code":"request_refused","message":"No.","cascade_path":[],"provider_error":"?","more":1}"#
    #expect(try openAI(.failed(storedError: ByteBuffer(string: new))).error["message"] == "No.")
    let encoded = try JSONParser.parse(JobFailure(code: .quarantined, message: "m").encoded())
    #expect(encoded["provider_error"] == nil, "nothing is stored where no provider spoke")
  }
}
