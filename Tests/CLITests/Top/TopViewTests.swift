import Shared
import Testing

@testable import CLI

@Suite("What `sluice top` shows")
struct TopViewTests {
  private let start = ContinuousClock.now

  private func api(jobs ended: Int, up: Int = 1, circuit: Int = 0, after seconds: Int = 0) -> MetricsSnapshot
  {
    MetricsSnapshot(
      """
      sluice_build_info{version="9.9",program="sluice-api"} 1
      process_start_time_seconds 1
      sluice_workers 2
      sluice_dead_letters_held 1
      sluice_jobs{state="queued"} 12
      sluice_jobs{state="running"} 3
      sluice_jobs_ended_total{state="succeeded"} \(ended)
      sluice_queue_depth{lane="standard"} 12
      sluice_queue_oldest_seconds{lane="standard"} 90
      sluice_redis_up \(up)
      sluice_redis_memory_used_bytes 1572864
      sluice_redis_memory_limit_bytes 0
      sluice_circuit_open{provider="groq",model="llama"} \(circuit)
      sluice_http_request_duration_seconds_count{route="/query",status="200"} \(ended)
      sluice_http_request_duration_seconds_count{route="/query",status="503"} \(ended / 10)
      """, at: start + .seconds(seconds))
  }

  private func view(up: Int = 1, circuit: Int = 0, worker: MetricsSnapshot? = nil, tenants: Int = 1)
    -> TopView
  {
    let usage = TopUsage(
      byTenant: (0..<tenants).map {
        ["tenant": .string("t\($0)"), "requests": 5, "errors": 1, "cost_usd": .double(Double($0))]
      },
      byProvider: [["provider": "groq", "requests": 1234, "errors": 2, "cost_usd": 0.0123]])
    let after = api(jobs: 120, up: up, circuit: circuit, after: 2)
    let look = TopLook(
      api: after, workers: [TopLook.Worker(name: "10.0.0.5:8001", metrics: worker)],
      providers: [
        ["name": "groq", "status": "available"], ["name": "gem\u{1B}[2Jini", "status": "no-key"],
      ], usage: usage)
    return TopView(
      url: "http://a", clock: "12:00:00", look: look, change: MetricsChange(from: api(jobs: 100), to: after),
      workerChanges: [nil], hourlySpend: 1.5)
  }

  private func line(_ view: TopView, _ begin: String) throws -> TopLine {
    try #require(view.lines.first { $0.text.hasPrefix(begin) }, "\(view.lines.map(\.text))")
  }

  @Test("lanes, rates, providers, workers and spend have their lines")
  func lines() throws {
    let view = view(
      worker: MetricsSnapshot(
        """
        sluice_build_info{version="9.9",program="sluice-worker"} 1
        sluice_redis_up 1
        sluice_worker_slots{state="taken"} 3
        sluice_worker_concurrency 1000
        """, at: start))
    #expect(view.lines.first == TopLine(text: "Sluice 9.9 at http://a  12:00:00", style: .title))
    #expect(
      try line(view, "Workers").text == "Workers 2   running 3   queued 12   scheduled -   dead letters 1")
    #expect(try line(view, "Jobs").text.contains("succeeded 10/s"))
    let requests = try line(view, "API")
    #expect(requests.text.contains("requests 11/s   5xx 9.1 %") && requests.style == .trouble)
    #expect(try line(view, "Redis").text.hasPrefix("Redis   up   memory 1.5 MiB   steps"))
    #expect(try line(view, "standard").text.split(separator: " ") == ["standard", "12", "90", "s"])
    #expect(try line(view, "batch").text.split(separator: " ") == ["batch", "-", "-"])
    #expect(try line(view, "groq").text.split(separator: " ").suffix(3) == ["1234", "2", "$0.0123"])
    #expect(try line(view, "10.0.0.5:8001").text.contains("works"))
    #expect(try line(view, "Spent today").text == "Spent today (UTC) $0.0123, $1.50 an hour")
  }

  @Test("trouble stands out: Redis away, a circuit that is open, a worker that does not answer")
  func trouble() throws {
    let view = view(up: 0, circuit: 1)
    #expect(try line(view, "Redis   away").style == .trouble)
    let provider = try line(view, "groq")
    #expect(provider.style == .trouble && provider.text.contains("llama"))
    let worker = try line(view, "10.0.0.5:8001")
    #expect(worker.style == .trouble && worker.text.hasSuffix("does not answer"))
    var failed = view
    failed.trouble = "http://a does not answer: nobody listens there"
    #expect(
      failed.lines[1] == TopLine(text: "http://a does not answer: nobody listens there", style: .trouble))
  }

  @Test("of many tenants those that spend most are shown, and how many more there are")
  func tenants() throws {
    let view = view(tenants: 25)
    let shown = view.lines.map(\.text).filter { $0.hasPrefix("t") && !$0.hasPrefix("tenant") }
    #expect(shown.count == 10 && shown[0].hasPrefix("t24") && view.lines.last?.text == "and 15 more")
  }

  @Test("a line is cut at the terminal's width, and what others wrote cannot move its cursor")
  func drawing() throws {
    let view = view()
    let provider = try line(view, "gem")
    #expect(provider.drawn(width: 12) == "gem\u{FFFD}[2Jini  ")
    #expect(TopLine(text: "abcdef", style: .trouble).drawn(width: 3) == "\u{1B}[31mabc\u{1B}[0m")
  }

  @Test("figures are short, and what is not known is a dash")
  func figures() {
    #expect(
      [nil, 0, 0.01, 2.34, 12.7, 1500].map(FigureText.rate) == [
        "-", "0/s", "0.6/min", "2.3/s", "13/s", "1500/s",
      ])
    #expect(
      [0, 0.0002, 0.0123, 0.5, 1.25, 90, 600, 86_400, 300_000].map(FigureText.seconds) == [
        "0", "<1 ms", "12 ms", "500 ms", "1.3 s", "90 s", "10 min", "24 h", "3.5 d",
      ])
    #expect([0, 512, 1536, 5e9].map(FigureText.bytes) == ["0 B", "512 B", "1.5 KiB", "4.7 GiB"])
    #expect([0, 0.004, 0.5, .nan, 1].map(FigureText.share) == ["0 %", "0.4 %", "50 %", "-", "100 %"])
    #expect(
      [0, 0.00004, 1.005, 12_345.678, -2].map(FigureText.dollars) == [
        "$0.00", "$0.0000", "$1.00", "$12345.68", "$-2.00",
      ])
  }
}
