import NIOCore
import Shared
import TestSupport
import Testing

@Suite("Clients that take their time")
struct SlowClientTests {
  @Test("a hundred that never finish are shown out, and nobody waits for them")
  func slow() async throws {
    try await SluiceCluster.with { cluster in
      let api = try await cluster.startAPI()
      _ = try await api.post("/jobs", ["prompt": "warm"])
      let memory = MemoryWatch(api.process)
      let head = "POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: \(SluiceCluster.key)\r\n"
      let body = head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"prompt\""
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<100 {
          group.addTask {
            try await RawConnection.with(port: api.port) { connection in
              try await connection.send(number < 50 ? head : body)
              return await connection.untilClosed()
            }
          }
        }
        #expect(try await api.post("/jobs", ["prompt": "meanwhile"]).status == 202)
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count { $0.hasPrefix("HTTP/1.1 408") && $0.contains("request-timeout") } == 100)
      FaultReport.add("bad input: slow heads and bodies", rounds: 100, jobs: 0, note: memory.check())
      await api.process.killNow()
    }
  }
}
