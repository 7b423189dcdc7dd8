/// What metrics tell, and where.
extension Variables {
  public static let metricsPort = Variable<Int>(
    "METRICS_PORT",
    "a port of its own for the API's `/metrics`, which then needs no key for what it tells of tenants; without it "
      + "`/metrics` stands at `PORT`",
    allowed: "a whole number from 0 to 65535"
  ) { text in
    Int(text).flatMap { (0...65_535).contains($0) ? $0 : nil }
  }
  public static let metricsTenants = Variable<Int>.integer(
    "METRICS_TENANTS",
    "how many tenants have metrics under their own names: those that used most on the last day, then as they come; the rest count as `other`",
    in: 0...1000, default: 50)

  /// Those above, in the order of the documentation.
  static let metrics: [VariableDocumentation] = [metricsPort.documentation, metricsTenants.documentation]
}
