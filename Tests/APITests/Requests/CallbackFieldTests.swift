import Shared
import Testing

@testable import API

@Suite("The callback_url of a job")
struct CallbackFieldTests {
  private func schema(_ callbacks: CallbackPolicy) -> BodySchema<Submission> {
    Submission.jobSchema(
      limits: SubmissionFixture.limits, catalogs: SubmissionFixture.catalogs, callbacks: callbacks)
  }

  private func body(_ url: String) -> JSONValue { ["prompt": "x", "callback_url": .string(url)] }

  @Test("a public https URL is taken")
  func accepted() throws {
    let submission = try SubmissionFixture.job.decode(body("https://Example.com/hooks?k=v")).get()
    #expect(submission.callbackURL?.text == "https://example.com/hooks?k=v")
  }

  @Test("null and absent both mean that nobody is called")
  func absent() throws {
    #expect(try SubmissionFixture.job.decode(["prompt": "x"]).get().callbackURL == nil)
    #expect(try SubmissionFixture.job.decode(["prompt": "x", "callback_url": nil]).get().callbackURL == nil)
  }

  @Test(
    "a bad URL is refused under its name, with a sentence",
    arguments: [
      ("http://example.com/", "URL should begin with https://"),
      ("https://u:hunter2@example.com/", "URL should hold no user name or password"),
      ("https://127.0.0.1/", "URL's host should be a public address"),
      ("https://localhost/", "URL's host should be a name in the public domain name system"),
      (
        "https://2130706433/",
        "URL's IP address should be written as four decimal numbers, or as IPv6 in brackets"
      ),
    ])
  func refused(url: String, sentence: String) {
    #expect(
      SubmissionFixture.job.decode(body(url)).issues == [
        ["loc": ["body", "callback_url"], "msg": .string(sentence), "type": "value_error"]
      ])
  }

  @Test("a URL that is too long is told the bound")
  func tooLong() {
    let url = "https://example.com/" + String(repeating: "a", count: 2029)
    let issue = SubmissionFixture.job.decode(body(url)).issues.first
    #expect(issue?["type"] == "string_too_long")
    #expect(issue?["ctx"]?["max_length"] == 2048)
  }

  @Test("where no secret is set, every URL is refused with a sentence that says so")
  func off() {
    let issue = schema(CallbackPolicy()).decode(body("https://example.com/")).issues.first
    #expect(
      issue?["msg"]
        == "Callbacks are off on this server, because its operator has set no WEBHOOK_SECRET")
    #expect(schema(CallbackPolicy()).decode(["prompt": "x"]).issues.isEmpty)
  }

  @Test("the operator's policy decides")
  func policy() {
    var callbacks = SubmissionFixture.callbacks
    #expect(!schema(callbacks).decode(body("http://10.0.0.1/")).issues.isEmpty)
    callbacks.allowsHTTP = true
    callbacks.addresses = AddressGuard(allowing: IPNetwork(parsing: "10.0.0.0/8").map { [$0] } ?? [])
    #expect(schema(callbacks).decode(body("http://10.0.0.1/")).issues.isEmpty)
  }

  @Test("a question that someone waits for has none")
  func query() {
    let issue = SubmissionFixture.query.decode(body("https://example.com/")).issues.first
    #expect(issue?["type"] == "extra_forbidden")
  }
}
