import Testing

@testable import Shared

/// A body that a provider, or a proxy before it, answers a bad request with, and what is told of it.
struct ErrorForm: Sendable, CustomTestStringConvertible {
  let name: String
  let body: String
  let told: ProviderError

  var testDescription: String { name }

  init(
    _ name: String, _ body: String, _ message: String?, type: String? = nil, param: String? = nil,
    code: String? = nil
  ) {
    self.name = name
    self.body = body
    told = ProviderError(message: message, type: type, param: param, code: code)
  }
}

@Suite("What the errors of providers say, in each of their forms")
struct ErrorWordsTests {
  static let forms = [
    ErrorForm(
      "OpenAI",
      #"{"error":{"message":"Too long.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
      "Too long.", type: "invalid_request_error", param: "messages", code: "context_length_exceeded"),
    ErrorForm(
      "OpenAI with nulls",
      #"{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"#,
      "No.", type: "invalid_request_error"),
    ErrorForm(
      "Anthropic",
      #"{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: required"}}"#,
      "max_tokens: required", type: "invalid_request_error"),
    ErrorForm(
      "Anthropic, too long",
      #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
      "prompt is too long: 210000 tokens > 200000 maximum", type: "invalid_request_error",
      code: "context_length_exceeded"),
    ErrorForm(
      "Gemini", #"{"error":{"code":400,"message":"Bad schema.","status":"INVALID_ARGUMENT"}}"#, "Bad schema.",
      code: "INVALID_ARGUMENT"),
    ErrorForm(
      "Gemini in an array of one, with a field",
      #"[{"error":{"code":400,"message":"Bad.","status":"INVALID_ARGUMENT","details":[{"@type":"x/BadRequest","fieldViolations":[{"field":"contents","description":"Bad."}]}]}}]"#,
      "Bad.", param: "contents", code: "INVALID_ARGUMENT"),
    ErrorForm(
      "Gemini, too long",
      #"{"error":{"code":400,"message":"The input token count (2) exceeds the maximum number of tokens allowed (1).","status":"INVALID_ARGUMENT"}}"#,
      "The input token count (2) exceeds the maximum number of tokens allowed (1).",
      code: "context_length_exceeded"),
    ErrorForm(
      "a text as error (Ollama)", #"{"error":"model requires more memory"}"#, "model requires more memory"),
    ErrorForm(
      "a text and a type (TGI)",
      #"{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}"#,
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096", type: "validation",
      code: "context_length_exceeded"),
    ErrorForm("texts as error", #"{"error":["one","two"]}"#, "one; two"),
    ErrorForm("a mere message", #"{"message":"Unknown model."}"#, "Unknown model."),
    ErrorForm(
      "vLLM and Mistral of old",
      #"{"object":"error","message":"Bad temperature.","type":"BadRequestError","param":null,"code":400}"#,
      "Bad temperature.", type: "BadRequestError"),
    ErrorForm(
      "vLLM, too long",
      #"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#,
      "This model's maximum context length is 4096 tokens.", type: "BadRequestError",
      code: "context_length_exceeded"),
    ErrorForm(
      "Mistral's detail in a message",
      #"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","n"],"msg":"Extra inputs are not permitted","input":2}]},"type":"invalid_request_error","param":null,"code":null}"#,
      "n: Extra inputs are not permitted", type: "invalid_request_error", param: "n", code: "extra_forbidden"),
    ErrorForm(
      "Mistral's numbers",
      #"{"object":"error","message":"Not the same number of calls and results","type":"invalid_request_message_order","param":null,"code":"3230"}"#,
      "Not the same number of calls and results", type: "invalid_request_message_order", code: "3230"),
    ErrorForm("a text as detail", #"{"detail":"Not allowed here."}"#, "Not allowed here."),
    ErrorForm(
      "FastAPI",
      #"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
      "stream_options: Extra inputs are not permitted", param: "stream_options", code: "extra_forbidden"),
    ErrorForm(
      "FastAPI, two places",
      #"{"detail":[{"loc":["body","messages",0,"role"],"msg":"field required","type":"value_error.missing"},{"loc":["body"],"msg":"bad","type":"value_error"}]}"#,
      "messages[0].role: field required; bad", param: "messages[0].role", code: "value_error.missing"),
    ErrorForm("an object as detail", #"{"detail":{"error":"No such voice."}}"#, "No such voice."),
    ErrorForm(
      "a detail with a message and a code", #"{"detail":{"message":"Quota used up.","code":"quota"}}"#,
      "Quota used up.", code: "quota"),
    ErrorForm(
      "RFC 9457",
      #"{"type":"https://example.com/problems/tokens","title":"Bad Request","status":400,"detail":"Too many tokens."}"#,
      "Too many tokens."),
    ErrorForm("a title alone", #"{"type":"about:blank","title":"Bad Request","status":400}"#, "Bad Request"),
    ErrorForm(
      "objects as errors (Cloudflare)",
      #"{"success":false,"errors":[{"code":7003,"message":"Could not route."},{"code":7000,"message":"No route."}],"messages":[],"result":null}"#,
      "Could not route.; No route.", code: "7003"),
    ErrorForm("texts as errors", #"{"errors":["one","one","two"]}"#, "one; two"),
    ErrorForm(
      "a message and errors",
      #"{"message":"Validation failed","errors":[{"message":"bad `n`","field":"n"}]}"#,
      "Validation failed: bad `n`"),
    ErrorForm(
      "an object in an array", #"[{"message":"In a list.","code":"listed"}]"#, "In a list.", code: "listed"),
    ErrorForm(
      "one in another", #"{"error":{"error":{"message":"Inside.","type":"t","code":"c"}}}"#, "Inside.",
      type: "t",
      code: "c"),
    ErrorForm(
      "an object as message", #"{"error":{"message":{"message":"Inside.","code":"c"}}}"#, "Inside.", code: "c"
    ),
    ErrorForm(
      "JSON as text in a proxy's message",
      #"{"error":{"message":"{\"error\":{\"message\":\"Inside.\",\"code\":\"c\"}}","type":"None","code":"400"}}"#,
      "Inside.", type: "None", code: "c"),
    ErrorForm(
      "what OpenRouter was told",
      #"{"error":{"message":"Provider returned error","code":400,"metadata":{"provider_name":"X","raw":"{\"error\":{\"message\":\"Too long.\",\"code\":\"context_length_exceeded\"}}"}}}"#,
      "Provider returned error: Too long.", code: "context_length_exceeded"),
    ErrorForm(
      "a title that is a text (xAI)",
      #"{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 1"}"#,
      "This model's maximum prompt length is 1", code: "context_length_exceeded"),
    ErrorForm(
      "OAuth", #"{"error":"invalid_scope","error_description":"No such scope."}"#, "No such scope.",
      code: "invalid_scope"),
    ErrorForm(
      "Spring", #"{"timestamp":"t","status":400,"error":"Bad Request","message":"No body.","path":"/v1"}"#,
      "Bad Request: No body."),
    ErrorForm(
      "AWS", #"{"__type":"ValidationException","message":"Input is too long for requested model."}"#,
      "Input is too long for requested model.", type: "ValidationException", code: "context_length_exceeded"),
    ErrorForm("AWS of old", #"{"Message":"Denied."}"#, "Denied."),
    ErrorForm(
      "Apigee", #"{"fault":{"faultstring":"Spike arrest","detail":{"errorcode":"policies.Spike"}}}"#,
      "Spike arrest", code: "policies.Spike"),
    ErrorForm(
      "llama.cpp",
      #"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
      "the request exceeds the available context size", type: "exceed_context_size_error",
      code: "context_length_exceeded"),
    ErrorForm("a JSON text", #""Nothing but a text.""#, "Nothing but a text."),
    ErrorForm("a shape that nobody knows", #"{"status":"no","why":7}"#, #"{"status":"no","why":7}"#),
    ErrorForm("plain text", "upstream request\r\n timed out\n", "upstream request timed out"),
    ErrorForm("half a JSON", #"{"error":{"mess"#, #"{"error":{"mess"#),
    ErrorForm(
      "HTML",
      "<!DOCTYPE html>\n<HTML><head>\n<TITLE lang=en>502 Bad&nbsp;Gateway &amp; more</TITLE></head><body>x",
      "502 Bad Gateway & more"),
    ErrorForm("HTML with a heading", "<html><body><h1>Not here</h1>long</body></html>", "Not here"),
    ErrorForm("HTML that says nothing", "<html><title> </title>x</html>", nil),
    ErrorForm(
      "XML", "<?xml version=\"1.0\"?><Error><Code>Denied</Code><Message>No access.</Message></Error>",
      "No access."),
    ErrorForm(
      "an event of a stream",
      "event: error\ndata: {\"error\":{\"message\":\"Told late.\",\"code\":\"late\"}}\n\n",
      "Told late.", code: "late"),
    ErrorForm("nothing", "", nil), ErrorForm("white space", " \r\n\t", nil), ErrorForm("null", "null", nil),
    ErrorForm("an empty object", "{}", nil), ErrorForm("an empty error", #"{"error":""}"#, nil),
    ErrorForm("a type alone", #"{"type":"error","error":{"type":"api_error"}}"#, nil, type: "api_error"),
    ErrorForm("bytes", "\u{1}\u{0}\u{2}", nil),
  ]

  @Test("each form tells its words", arguments: forms)
  func told(form: ErrorForm) {
    let said = ChatDialect().read(DialectFixture.response(400, form.body)).said
    #expect(said ?? ProviderError() == form.told)
  }

  @Test("the other dialects read them as well", arguments: forms)
  func otherDialects(form: ErrorForm) {
    for dialect in [GeminiDialect(), MessagesDialect()] as [any WireDialect] {
      #expect(dialect.read(DialectFixture.response(400, form.body)).said ?? ProviderError() == form.told)
    }
  }

  @Test(
    "no form is taken for an answer, whatever its status", arguments: forms, [200, 400, 401, 429, 500, 503])
  func statuses(form: ErrorForm, status: Int) {
    let read = ChatDialect().read(DialectFixture.response(status, form.body))
    #expect(throws: ProviderFault.self) { try read.get() }
  }

  @Test("what is too deep, too long or too many is bounded")
  func bounds() throws {
    var value: JSONValue = "deep"
    for _ in 0..<3 { value = ["error": value] }
    #expect(ErrorWords(value).message == "deep")
    for _ in 0..<50 { value = ["error": value] }
    #expect(ErrorWords(value) == ErrorWords(.null))
    let many = JSONValue.array((0..<10_000).map { ["message": .string("error \($0)")] })
    #expect(ErrorWords(["errors": many]).message == "error 0; error 1; error 2; error 3; error 4")
    let name = String(repeating: "x", count: 5000)
    let error: JSONValue = ["error": ["message": "m", "code": .string(name), "param": .string(name)]]
    let object = try #require(ProviderErrorObject(in: error)?.shown(hiding: nil))
    #expect(object.code == nil && object.param?.count == ErrorWords.longestName)
  }

  @Test("names do not show the key either")
  func keyInNames() {
    let key = DialectFixture.key.reveal()
    let body = #"{"error":{"message":"\#(key)","type":"\#(key)","param":"\#(key)","code":"\#(key)"}}"#
    let said = ChatDialect().read(DialectFixture.response(400, body)).said
    #expect(said == ProviderError(message: "***", type: "***", param: "***", code: "***"))
  }

  @Test(
    "a filter that refuses with an error is a filtered attempt with its reason, also in a stream",
    arguments: [
      #"{"error":{"message":"The response was filtered.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}"#,
      #"{"error":{"message":"The response was filtered.","type":null,"param":"prompt","code":null,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
      #"{"error":{"message":"The response was filtered.","param":"prompt","code":"content_policy_violation"}}"#,
      #"{"error":{"message":"The response was filtered.","param":"prompt","code":"data_inspection_failed"}}"#,
    ])
  func filters(body: String) {
    let expected = ProviderFault.filtered(
      400, ProviderError(message: "The response was filtered.", param: "prompt", code: "content_filter"))
    for read in [
      ChatDialect().read(DialectFixture.response(400, body)), ChatDialect().assemble([body]),
      ChatDialect().read(DialectFixture.response(200, body)),
    ] {
      guard case .failure(var fault) = read else {
        Issue.record("an answer: \(read)")
        continue
      }
      // What there was of an answer has tests of its own.
      fault.remains = nil
      #expect(fault == expected)
    }
  }

  @Test(
    "an error without a status has that of its name",
    arguments: [
      ("invalid_request_error", .requestRefused), ("authentication_error", .keyRefused),
      ("rate_limit_exceeded", .limited(resetsIn: nil)), ("insufficient_quota", .keyRefused),
      ("server_error", .failing), ("something_else", .failing),
    ] as [(String, ProviderFault.Kind)])
  func namedStatus(name: String, kind: ProviderFault.Kind) {
    for member in ["type", "code"] {
      let event = #"{"error":{"message":"m","\#(member)":"\#(name)"}}"#
      #expect(ChatDialect().assemble([event]).fault?.kind == kind)
      #expect(ChatDialect().read(DialectFixture.response(200, event)).fault?.kind == kind)
    }
  }
}
