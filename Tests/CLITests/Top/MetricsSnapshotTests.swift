import Testing

@testable import CLI

@Suite("What a process tells Prometheus, read")
struct MetricsSnapshotTests {
  private let start = ContinuousClock.now

  private func snapshot(_ text: String, after seconds: Int = 0) -> MetricsSnapshot {
    MetricsSnapshot(text, at: start + .seconds(seconds))
  }

  @Test("samples are read with labels, escapes, infinities and exemplars; what is none is passed over")
  func samples() {
    let page = snapshot(
      """
      # HELP sluice_jobs Jobs {that} "wait" 1
      # TYPE sluice_jobs gauge
      sluice_jobs{state="queued"} 3
      sluice_jobs{state="running"} 4e2 1700000000
      sluice_redis_up 1\r
      named{a="x \\"y\\" \\\\ \\n,}=",b=""} +Inf
      bucket{le="0.5"} 7 # {trace_id="abc"} 0.4 1.5
      broken{a="x 1
      broken{a=x} 1
      broken
      broken{} many

      """)
    #expect(page.sums("sluice_jobs", by: "state") == ["queued": 3, "running": 400])
    #expect(page.sum("sluice_redis_up") == 1 && page.sum("named") == .infinity)
    #expect(page.series("named").first?.labels == ["a": "x \"y\" \\ \n,}=", "b": ""])
    #expect(page.sum("bucket", ["le": "0.5"]) == 7)
    #expect(page.sum("broken") == nil && page.sum("sluice_jobs", ["state": "none"]) == nil)
    #expect(!page.isOfSluice && snapshot(#"sluice_build_info{version="1.2"} 1"#).version == "1.2")
  }

  @Test(
    "rates are what grew in between by the second; another process has none, and one that is new counts from nothing"
  )
  func rates() throws {
    let before = snapshot("process_start_time_seconds 5\nasked{s=\"a\"} 10\nasked{s=\"b\"} 5\n")
    let after = snapshot(
      "process_start_time_seconds 5\nasked{s=\"a\"} 30\nasked{s=\"b\"} 5\nnew 4\n", after: 4)
    let change = try #require(MetricsChange(from: before, to: after))
    #expect(change.rate("asked") == 5 && change.rate("new") == 1 && change.rate("unknown") == nil)
    #expect(change.rate("asked") { $0.labels["s"] == "b" } == 0)
    #expect(MetricsChange(from: nil, to: after) == nil && MetricsChange(from: after, to: after) == nil)
    #expect(MetricsChange(from: snapshot("process_start_time_seconds 4\nasked 1\n"), to: after) == nil)
  }

  @Test("quantiles are those of what was counted in between, spread evenly within a bucket")
  func quantiles() throws {
    func text(_ counts: (Int, Int, Int), of route: String = "a") -> String {
      """
      took_bucket{r="\(route)",le="0.1"} \(counts.0)
      took_bucket{r="\(route)",le="0.2"} \(counts.1)
      took_bucket{r="\(route)",le="+Inf"} \(counts.2)

      """
    }
    let before = snapshot(text((100, 100, 100)))
    let change = try #require(MetricsChange(from: before, to: snapshot(text((110, 120, 121)), after: 1)))
    let half = try #require(change.quantile(0.5, "took"))
    #expect(abs(half - 0.105) < 1e-9)
    // The last bucket has no upper bound.
    #expect(change.quantile(1, "took") == 0.2)
    #expect(change.quantile(0.5, "took") { $0.labels["r"] == "b" } == nil)
    #expect(
      try #require(MetricsChange(from: before, to: snapshot(text((100, 100, 100)), after: 1))).quantile(
        0.5, "took") == nil)
  }

  @Test("an hour's spend is told from looks of some minutes, and begins anew with the day")
  func spend() throws {
    var trail = SpendTrail()
    #expect(trail.hourly == nil)
    trail.add(10, at: start)
    #expect(trail.hourly == nil)
    trail.add(11, at: start + .seconds(360))
    #expect(trail.hourly == 10)
    trail.add(14, at: start + .seconds(720))
    #expect(trail.hourly == 30)
    trail.add(0.5, at: start + .seconds(740))
    #expect(trail.hourly == nil)
  }
}
