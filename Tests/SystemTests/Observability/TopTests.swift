import Shared
import TestSupport
import Testing

@Suite("`sluice top` beside a running Sluice")
struct TopTests {
  private func run(_ url: String, _ arguments: [String] = [], key: String = "admin-key") async throws
    -> CommandLab.Run
  {
    let process = try await ChildProcess(
      SluiceCluster.path(of: "sluice"), ["top", "--once", "--interval", "1"] + arguments,
      environment: ["SLUICE_URL": url, "SLUICE_ADMIN_KEY": key])
    await process.waitUntilExit()
    return CommandLab.Run(status: process.exitStatus, text: process.log)
  }

  @Test("a worker that takes connections and says nothing holds up nothing", .timeLimit(.minutes(1)))
  func silentWorker() async throws {
    try await SluiceCluster.with(environment: ["ADMIN_API_KEY": "admin-key"]) { cluster in
      let api = try await cluster.startAPI()
      try await SilentServer.with { port in
        let address = "127.0.0.1:\(port)"
        let shown = try await run(api.url, ["--worker", "http://\(address)"])
        #expect(shown.status == 0, "\(shown.text)")
        let line = shown.text.split(separator: "\n").first { $0.hasPrefix(address) }
        #expect(line?.hasSuffix("does not answer") == true, "\(shown.text)")
      }
      await api.process.killNow()
    }
  }

  @Test("it shows lanes, providers, workers and spend, and says what is wrong with an address or a key")
  func once() async throws {
    let environment = ["ADMIN_API_KEY": "admin-key", "WORKER_PORT": "0"]
    try await SluiceCluster.with(environment: environment) { cluster in
      let api = try await cluster.startAPI()
      let worker = try await cluster.startWorker(seenBy: api)
      #expect(try await api.post("/query", ["prompt": "Why?", "cache": "off"]).status == 200)
      try await eventually("it is in the sums of usage") {
        let usage = try await api.get(
          "/admin/usage?group_by=tenant", headers: ["X-API-Key": "admin-key"])
        return usage.json["data"]?[0]?["requests"] == 1
      }
      let port = try await worker.port()
      let shown = try await run(
        api.url, ["--worker", "http://127.0.0.1:\(port)", "--worker", "http://127.0.0.1:1"])
      #expect(shown.status == 0, "\(shown.text)")
      let lines = shown.text.split(separator: "\n")
      func line(_ begin: String) -> Substring { lines.first { $0.hasPrefix(begin) } ?? "" }
      #expect(line("Workers 1   running 0") != "" && line("interactive") != "", "\(shown.text)")
      #expect(line("Redis   up") != "" && line("gemini").contains("available"))
      #expect(
        line("127.0.0.1:\(port)").hasSuffix("works") && line("127.0.0.1:1 ").hasSuffix("does not answer"))
      #expect(line("default").split(separator: " ").dropFirst().first == "1", "\(shown.text)")
      #expect(line("Spent today (UTC) $0.0") != "" && !shown.text.contains("\u{1B}"))

      let wrong = try await run(api.url, key: "wrong")
      #expect(wrong.status == 1 && wrong.text.contains("SLUICE_ADMIN_KEY"), "\(wrong.text)")
      let other = try await cluster.startAPI(environment: ["METRICS_PORT": "0"])
      let hidden = try await run(other.url)
      #expect(hidden.status == 64 && hidden.text.contains("--metrics"), "\(hidden.text)")
      let metrics = try await other.process.port(behind: "metrics at")
      #expect(try await run(other.url, ["--metrics", "http://127.0.0.1:\(metrics)"]).status == 0)
      await other.process.killNow()
      await worker.killNow()
      await api.process.killNow()
      let away = try await run(api.url)
      #expect(away.status == 3 && away.text.contains("nobody listens"), "\(away.text)")
    }
  }
}
