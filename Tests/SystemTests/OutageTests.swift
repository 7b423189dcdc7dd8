import Shared
import TestSupport
import Testing

@Suite("Slow is better than broken")
struct OutageTests {
  @Test(
    "with every provider down, jobs wait, a question turns into a job, and all are answered once one is back")
  func spillOver() async throws {
    try await SluiceCluster.withOneOfEach { cluster, api in
      try await cluster.simulator.script([["provider": "*", "behaviour": ["status": 503]]])
      let question = try await api.post("/query?wait=1", ["prompt": "Are you there?"])
      #expect(question.status == 202)
      var links = [try #require(question.headers["location"])]
      for number in 0..<10 {
        let job = try await api.post("/jobs", ["prompt": .string("question \(number)")])
        links.append(try #require(job.headers["location"]))
      }
      try await cluster.simulator.script([])
      for link in links {
        let job = try await eventually("it is answered") { () -> HTTPReply? in
          let job = try await api.get("\(link)?wait=30")
          return job.json["status"] == "succeeded" ? job : nil
        }
        #expect(job.json["result"]?["response"]?.string?.isEmpty == false)
      }
    }
  }

  @Test("two workers keep to one quota together, and no request is spent on a 429")
  func sharedQuota() async throws {
    let environment = ["GROQ_QUOTA": "20 requests/minute", "CASCADE": "groq"]
    try await SluiceCluster.withOneOfEach(environment: environment) { cluster, api in
      let second = try await cluster.startWorker(seenBy: api)
      for number in 0..<60 {
        _ = try await api.post("/jobs", ["prompt": .string("question \(number)"), "cache": "off"])
      }
      try await eventually("every job was looked at") {
        let metrics = try await api.get("/metrics").body
        return metrics.contains(#"sluice_jobs_ended_total{state="succeeded"} 20"#)
          && metrics.contains(#"sluice_jobs{state="scheduled"} 40"#)
      }
      #expect(try await cluster.simulator.stats()["total"] == 20)
      await second.killNow()
    }
  }
}
