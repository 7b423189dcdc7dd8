import Shared

/// What a process tells Prometheus, read as Prometheus does.
public struct MetricsPage: Sendable {
  /// Samples as they are written, such as `sluice_jobs{state="queued"}`, and their numbers.
  public let samples: [String: Double]
  public let text: String

  public init(_ text: String) {
    self.text = text
    var samples: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      // What stands behind ` # ` is an exemplar; a label's value may hold a space.
      let sample = line.firstRange(of: " # ").map { line[..<$0.lowerBound] } ?? line
      guard let space = sample.lastIndex(of: " ") else { continue }
      samples[String(sample[..<space])] = Double(sample[sample.index(after: space)...])
    }
    self.samples = samples
  }

  /// A sample's number; 0 for one that is not there.
  public subscript(_ sample: String) -> Double { samples[sample] ?? 0 }

  /// All series but those of Redis, whose steps and memory are told once they have been met: no client brings that about.
  public var series: Set<String> { Set(samples.keys.filter { !$0.hasPrefix("sluice_redis_") }) }

  /// The samples of a family whose labels hold all of these.
  public func count(of family: String, _ labels: String...) -> Int {
    samples.keys.count { key in key.hasPrefix(family + "{") && labels.allSatisfy(key.contains) }
  }
}

extension SluiceAPI {
  /// Its metrics as everybody is shown them, or with a key.
  public func metrics(key: String = "", accept: String = "") async throws -> MetricsPage {
    MetricsPage(try await get("/metrics", headers: ["X-API-Key": key, "Accept": accept]).body)
  }
}

extension ChildProcess {
  /// The metrics of a worker with `WORKER_PORT`.
  public func workerMetrics(accept: String = "") async throws -> MetricsPage {
    let url = "http://127.0.0.1:\(try await port())/metrics"
    let headers = accept.isEmpty ? [:] : ["Accept": accept]
    return MetricsPage(try await HTTPReply.to(url, method: .GET, headers: headers, body: nil).body)
  }

  /// The lines of its log that are JSON and whose `message` is this.
  public func lines(_ message: String) -> [JSONValue] {
    log.split(separator: "\n").filter { $0.hasPrefix("{") }.compactMap { try? JSONParser.parse(String($0)) }
      .filter { $0["message"]?.string == message }
  }
}
