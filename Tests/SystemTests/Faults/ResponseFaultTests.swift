import Foundation
import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Responses in the background under faults", .serialized)
struct ResponseFaultTests {
  private let scale = FaultScale.current

  @Test(
    "workers and APIs are killed under readers that resume: each response ends once, no event is told twice, none is missing"
  )
  func killed() async throws {
    let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    let environment = ["SLUICE_CONFIG": file.path(), "SIMULATED_KEY": "k"]
    let findings = try await FaultLab.run(
      "background responses: worker and API kill -9", apis: 0, workers: 0, clients: 0,
      environment: ResponsesLab.noOtherProviders.merging(environment) { $1 }
    ) { lab in
      try Data(ResponsesLab.configuration(lab.cluster.simulator).utf8).write(to: file)
      for _ in 0..<3 { try await lab.addAPI() }
      for _ in 0..<3 { try await lab.addWorker() }
      let load = ResponseLoad(lab)
      async let kills = kill(in: lab, during: load)
      let responses = try await ask(load)
      let (workers, apis) = try await kills
      try await lab.drain()
      try await judge(responses, lab, killed: "\(workers) workers and \(apis) APIs killed")
      return workers + apis
    }
    #expect(findings.areSound, "\(findings)")
    #expect(findings.counts["crashes"] ?? 0 > 0, "some workers had responses in their hands")
  }

  /// Until all that were asked have been read to their ends.
  private func ask(_ load: ResponseLoad) async throws -> [ReadResponse] {
    defer { load.stop() }
    let (count, atOnce) = scale.isChaos ? (200, 50) : (40, 20)
    var responses: [ReadResponse] = []
    _ = try await scale.rounds(short: 1, long: 20, share: 0.1) { round in
      responses += try await load.ask(round * count..<(round + 1) * count, atOnce: atOnce)
    }
    return responses
  }

  /// Kills all the while, each kind at its own pace. Returns how many of each.
  private func kill(in lab: FaultLab, during load: ResponseLoad) async throws -> (workers: Int, apis: Int) {
    // The time between two kills is that in which work goes on.
    func again(every pause: ClosedRange<Double>, _ fault: @Sendable () async throws -> Void) async throws
      -> Int
    {
      var kills = 0
      while true {
        try await Task.sleep(for: .seconds(Double.random(in: pause)))
        guard load.isOn else { return kills }
        try await fault()
        kills += 1
      }
    }
    async let workers = again(every: 1...4) { try await lab.replaceWorker() }
    async let apis = again(every: 0.5...3) {
      await lab.takeAPI()?.process.killNow()
      try await lab.addAPI()
    }
    return try await (workers, apis)
  }

  // MARK: - What is found

  private func judge(_ responses: [ReadResponse], _ lab: FaultLab, killed: String) async throws {
    var (ends, faults): ([String: Int], [String]) = ([:], [])
    for response in responses {
      let api = try #require(lab.allAPIs.randomElement())
      let replay = try await api.stream("/v1/responses/\(response.id)?stream=true")
      let stored = try await api.get("/v1/responses/\(response.id)").json
      let verdict = ResponseVerdict(response, replay: replay, stored: stored)
      ends[verdict.end, default: 0] += 1
      faults += verdict.faults
      judgeControls(response, replay, stored)
    }
    #expect(faults.isEmpty, "\(faults.count): \(faults.prefix(5))")
    let records = try await usedJobs(lab.queue)
    #expect(records.count == responses.count, "as many usage records as responses")
    #expect(Set(records) == Set(responses.map(\.job)))
    let readings = responses.flatMap(\.readings)
    let told = ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    FaultReport.add(
      "background responses: what their readers were told", rounds: responses.count, jobs: responses.count,
      note: """
        \(told); \(killed); \(readings.count) readers with \(readings.reduce(0) { $0 + $1.connections }) connections were \
        told \(readings.reduce(0) { $0 + $1.events.count }) events; \(faults.count) faults
        """)
  }

  /// Negative controls: had a reader lost an event, or been told one twice, or another, the verdict would say so of this
  /// very run.
  private func judgeControls(_ response: ReadResponse, _ replay: StreamedReply, _ stored: JSONValue) {
    let events = replay.events
    guard let place = events.indices.dropLast().randomElement() else { return }
    var (less, more, other) = (events, events, events)
    less.remove(at: place)
    more.insert(events[place], at: place)
    other[place].data = events[place].data.replacing("response", with: "answer")
    for told in [less, more, other, events.dropLast()] {
      let control = ReadResponse(
        job: response.job, answer: response.answer, readings: [ResponseReading(told)])
      let verdict = ResponseVerdict(control, replay: replay, stored: stored)
      #expect(!verdict.faults.isEmpty, "\(response.id): what is wrong with event \(place) is not seen")
    }
    let verdict = ResponseVerdict(response, replay: replay, stored: ["status": "in_progress"])
    #expect(!verdict.faults.isEmpty, "\(response.id): that it has not ended is not seen")
  }

  /// The job of each usage record.
  private func usedJobs(_ queue: JobQueue) async throws -> [String] {
    var (jobs, last): ([String], String?) = ([], nil)
    while true {
      let page = try await queue.usage(after: last, count: 1000)
      if page.isEmpty { return jobs }
      jobs += page.map(\.job.rawValue)
      last = page.last?.id
    }
  }
}
