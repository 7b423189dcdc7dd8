import NIOHTTP1
import Shared
import Testing

@testable import Worker

@Suite("What becomes of a webhook")
struct CallbackDecisionTests {
  @Test(
    "every 2xx is a delivery, and everything else but 410 is tried again",
    arguments: [
      (200, .delivered), (202, .delivered), (204, .delivered), (299, .delivered), (410, .gone),
      (301, .failed(reason: "answered with a redirect (301), which is not followed", status: 301)),
      (400, .failed(reason: "answered 400", status: 400)),
      (404, .failed(reason: "answered 404", status: 404)),
      (429, .failed(reason: "answered 429", status: 429)),
      (500, .failed(reason: "answered 500", status: 500)),
    ] as [(Int, CallbackOutcome)])
  func statuses(status: Int, outcome: CallbackOutcome) {
    #expect(CallbackOutcome(status: status, headers: [:]) == outcome)
  }

  @Test(
    "Retry-After is read as seconds or as a date, up to an hour",
    arguments: [
      ("0", 0), ("120", 120), ("3600", 3600), ("3601", 3600), ("99999999999999999999999", 3600),
      ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sun, 06 Nov 1994 08:48:37 GMT", 0),
      ("Mon, 07 Nov 1994 08:49:37 GMT", 3600), ("-1", nil), ("soon", nil), ("", nil),
    ] as [(String, Int?)])
  func retryAfter(text: String, seconds: Int?) {
    let headers: HTTPHeaders = ["retry-after": text, "date": "Sun, 06 Nov 1994 08:49:37 GMT"]
    #expect(
      CallbackOutcome(status: 503, headers: headers)
        == .failed(reason: "answered 503", retryAfter: seconds.map { .seconds($0) }, status: 503))
  }

  @Test("the wait doubles from 5 s up to an hour, with jitter on its upper half")
  func backoff() {
    func wait(_ attempt: Int, _ chance: Double) -> Duration {
      CallbackBackoff().delay(afterAttempt: attempt, retryAfter: nil, chance: chance)
    }
    #expect(wait(1, 0) == .milliseconds(2500))
    #expect(wait(1, 0.5) == .milliseconds(3750))
    #expect(wait(2, 0) == .seconds(5))
    #expect(wait(10, 0) == .seconds(1280))
    for attempt in [11, 100, Int.max] {
      #expect(wait(attempt, 0) == .seconds(1800))
      #expect(wait(attempt, 0.999) < .seconds(3600))
    }
  }

  @Test("a receiver's wish is the least wait, up to an hour")
  func wishedWait() {
    let backoff = CallbackBackoff()
    #expect(backoff.delay(afterAttempt: 1, retryAfter: .seconds(90), chance: 0.9) == .seconds(90))
    #expect(backoff.delay(afterAttempt: 1, retryAfter: .seconds(9000), chance: 0) == .seconds(3600))
    #expect(backoff.delay(afterAttempt: 2, retryAfter: .seconds(1), chance: 0) == .seconds(5))
  }

  @Test(
    "an event names the job's end and holds the job as the API shows it",
    arguments: [JobState.succeeded, .failed, .cancelled, .expired])
  func event(state: JobState) throws {
    let job = CallbackFixture.job(state)
    let json = try JSONParser.parse(try #require(CallbackEvent(job)).json)
    #expect(json.object.map { Array($0.keys) } == ["type", "timestamp", "data"])
    #expect(json["type"] == .string("job.\(state.rawValue)"))
    #expect(json["timestamp"] == "2026-01-31T09:15:02.571Z")
    #expect(try json["data"] == JSONParser.parse(job.json))
  }

  @Test("a job that goes on is no event", arguments: [JobState.queued, .scheduled, .running])
  func noEvent(state: JobState) {
    #expect(CallbackEvent(CallbackFixture.job(state)) == nil)
  }

  @Test("an event keeps its id over all attempts, and a job that ends anew is a new event")
  func eventID() {
    let job = CallbackFixture.job()
    let id = CallbackFixture.delivery("https://example.com/", job).eventID
    #expect(id.hasPrefix("msg_"))
    #expect(!id.contains("."))
    #expect(CallbackFixture.delivery("https://example.com/other", job).eventID == id)
    let again = CallbackFixture.job(id: job.id, finished: 1_769_850_999_999)
    #expect(CallbackFixture.delivery("https://example.com/", again).eventID != id)
    #expect(CallbackFixture.delivery("https://example.com/").eventID != id)
  }
}
