import Foundation
import Shared
import TestSupport
import Testing

@Suite("Providers and routes from a file, in real processes")
struct RoutingTests {
  /// A configuration file on which an API and a worker run.
  private struct Lab {
    let cluster: SluiceCluster
    let file: URL
    let api: SluiceAPI
    let worker: ChildProcess

    /// Two providers on the simulator, and these routes.
    static func text(_ cluster: SluiceCluster, routes: [String]) -> String {
      """
      providers:
        - name: alpha
          dialect: openai
          base_url: \(cluster.simulator.baseURL(for: "openai"))
          key: {env: ALPHA_KEY}
          models:
            - {name: small, input: 5, output: 5}
        - name: beta
          dialect: gemini
          base_url: \(cluster.simulator.baseURL(for: "gemini"))
          key: {env: BETA_KEY}
          default_model: large
          models:
            - {name: large, input: 0.1, output: 0.2, context_window: 1000}
            - shared
      routes:
      \(routes.map { "  - \($0)" }.joined(separator: "\n"))
      """
    }

    static func with(routes: [String], _ body: (Lab) async throws -> Void) async throws {
      // No preset has a key here, so all that is asked comes from the file.
      let environment = ["GEMINI_API_KEY": "", "GROQ_API_KEY": "", "OPENROUTER_API_KEY": ""]
      let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
      defer { try? FileManager.default.removeItem(at: file) }
      try await SluiceCluster.with(environment: environment) { cluster in
        try Data(text(cluster, routes: routes).utf8).write(to: file)
        let keys = ["SLUICE_CONFIG": file.path(), "ALPHA_KEY": "a-canary", "BETA_KEY": "b-canary"]
        let api = try await cluster.startAPI(environment: keys)
        let worker = try await cluster.startWorker(environment: keys, seenBy: api)
        let lab = Lab(cluster: cluster, file: file, api: api, worker: worker)
        try await body(lab)
        for process in [worker, api.process] {
          #expect(!process.log.contains("-canary"), "no key is in a log")
          await process.killNow()
        }
      }
    }

    func write(routes: [String]) throws {
      // Processes look at any time.
      try Data(Self.text(cluster, routes: routes).utf8).write(to: file, options: .atomic)
    }

    /// The provider and the model that answer a question to this model, as `provider/model`.
    func answer(from model: String) async throws -> String {
      let reply = try await api.post(
        "/query?wait=120", ["prompt": "Who are you?", "model": .string(model), "cache": "off"])
      #expect(reply.status == 200, "\(model): \(reply.body)")
      return "\(reply.json["provider"]?.string ?? "")/\(reply.json["model"]?.string ?? "")"
    }

    func hangUp() {
      for process in [worker, api.process] { process.signal(SIGHUP) }
    }

    func waitForBoth(toSay text: String) async throws {
      for process in [worker, api.process] { try await process.waitForOutput(text) }
    }
  }

  @Test("a question goes where its route says, by every name that a request may give")
  func everyRoute() async throws {
    let routes = [
      "{name: listed, targets: [beta/shared, alpha/small]}",
      "{name: cheap, strategy: cheapest, targets: [alpha/small, beta/large]}",
      "{name: quick, strategy: fastest, targets: [alpha/small, beta/large]}",
      "{name: spread, strategy: weighted, targets: [{target: alpha/small, weight: 2}, beta/large]}",
    ]
    try await Lab.with(routes: routes) { lab in
      #expect(try await lab.answer(from: "default") == "alpha/small")
      #expect(try await lab.answer(from: "listed") == "beta/shared")
      #expect(try await lab.answer(from: "cheap") == "beta/large")
      #expect(try await lab.answer(from: "large") == "beta/large")
      #expect(try await lab.answer(from: "beta/unlisted") == "beta/unlisted")
      for route in ["quick", "spread"] {
        #expect(["alpha/small", "beta/large"].contains(try await lab.answer(from: route)))
      }
      let requests = try await lab.cluster.simulator.requests(provider: "openai")
      #expect(requests.first?["headers"]?["authorization"] != nil)

      let refused = try await lab.api.post("/query", ["prompt": "x", "model": "unknown"])
      #expect(refused.status == 422 && refused.body.contains("GET /v1/models"))
      let providers = try await lab.api.get("/providers").json["providers"]?.array ?? []
      #expect(providers.suffix(2).map { $0["name"] } == ["alpha", "beta"])
      #expect(providers.suffix(2).map { $0["status"] } == ["available", "available"])
      #expect(providers.last?["models"]?[0]?["context_window"] == 1000)
      #expect(try await lab.api.get("/health").json["provider"] == "alpha")
    }
  }

  @Test("a target that hangs back loses its first place to a faster one")
  func fastest() async throws {
    try await Lab.with(routes: ["{name: quick, strategy: fastest, targets: [alpha/small, beta/large]}"]) {
      lab in
      try await lab.cluster.simulator.script([["provider": "openai", "behaviour": ["latency_ms": 2000]]])
      // Both are unknown at first and are measured; then nearly all go to the faster one.
      var answers: [String] = []
      for _ in 0..<30 { answers.append(try await lab.answer(from: "quick")) }
      #expect(answers.contains("alpha/small"))
      #expect(answers.suffix(20).count { $0 == "beta/large" } >= 12)
    }
  }

  @Test(
    "reloads by SIGHUP and by a changed file, good ones and wrong ones, in the middle of jobs: none is lost")
  func reload() async throws {
    let first = "{name: first, targets: [alpha/small, beta/large]}"
    try await Lab.with(routes: [first]) { lab in
      try await lab.cluster.simulator.script([["provider": "*", "behaviour": ["latency_ms": 200]]])
      var links: [String] = []
      func submit(_ model: String) async throws {
        for _ in 0..<40 {
          let job = try await lab.api.post(
            "/jobs", ["prompt": "Go on", "model": .string(model), "cache": "off"])
          links.append(try #require(job.headers["location"], "\(job.body)"))
        }
      }
      try await submit("first")

      let second = "{name: second, targets: [beta/large]}"
      try lab.write(routes: [first, second])
      lab.hangUp()
      try await lab.waitForBoth(toSay: "the configuration was read again: routes: added second")
      #expect(try await lab.answer(from: "second") == "beta/large")
      try await submit("second")

      // Line 18 of the file names a provider that is not there.
      let third = "{name: third, targets: [alpha/small]}"
      try lab.write(routes: [first, "{name: third, targets: [gamma/x]}"])
      lab.hangUp()
      let refusal = "\(lab.file.path()):18: routes[1].targets[0] names the provider \"gamma\""
      try await lab.waitForBoth(toSay: refusal)
      #expect(try await lab.answer(from: "second") == "beta/large", "what was in force stays")
      try await submit("second")

      // Nobody tells the processes of this one.
      try lab.write(routes: [first, second, third])
      try await lab.waitForBoth(toSay: "the configuration was read again: routes: added third")
      #expect(try await lab.answer(from: "third") == "alpha/small")
      try await submit("third")

      for link in links {
        let job = try await lab.api.get("\(link)?wait=120").json
        #expect(job["status"] == "succeeded" && job["attempts"] == 1, "\(job)")
      }
      #expect(links.count == 160)
    }
  }

  @Test("a job of a route that only its API knows yet waits for the worker to know it, too")
  func aheadOfWorker() async throws {
    let first = "{name: first, targets: [alpha/small]}"
    try await Lab.with(routes: [first]) { lab in
      let ahead = lab.file.path() + ".ahead"
      defer { try? FileManager.default.removeItem(atPath: ahead) }
      let routes = [first, "{name: second, targets: [beta/large]}"]
      try Data(Lab.text(lab.cluster, routes: routes).utf8).write(to: URL(filePath: ahead))
      let keys = ["SLUICE_CONFIG": ahead, "ALPHA_KEY": "a-canary", "BETA_KEY": "b-canary"]
      let api = try await lab.cluster.startAPI(environment: keys)
      let job = try await api.post("/jobs", ["prompt": "Wait for me", "model": "second"])
      let link = try #require(job.headers["location"])
      try await eventually("the worker has put it aside") {
        try await api.get(link).json["status"] == "scheduled"
      }
      try lab.write(routes: routes)
      lab.hangUp()
      let ended = try await api.get("\(link)?wait=120").json
      #expect(ended["status"] == "succeeded" && ended["result"]?["provider"] == "beta")
      await api.process.killNow()
    }
  }

  @Test("a wrong file at start ends the process with one line", arguments: ["sluice-api", "sluice-worker"])
  func wrongAtStart(name: String) async throws {
    try await SluiceCluster.with { cluster in
      let file = URL(filePath: "/tmp/sluice-\(UInt64.random(in: 0...UInt64.max)).yaml")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data("providers:\n  - {name: a, dialekt: openai}\n".utf8).write(to: file)
      let process = try await cluster.start(name, ["SLUICE_CONFIG": file.path()])
      try await process.waitForOutput("\n")
      await process.waitUntilExit()
      #expect(process.exitStatus == 1)
      let start =
        "\(name): \(file.path()):2: providers[0] has no member \"dialekt\", did you mean \"dialect\"?"
      #expect(process.log.hasPrefix(start))
      #expect(process.log.split(separator: "\n").count == 1)
    }
  }
}
