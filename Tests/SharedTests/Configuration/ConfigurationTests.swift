import FoundationEssentials
import Testing

@testable import Shared

@Suite("Configuration by environment")
struct ConfigurationTests {
  @Test("an unset or empty variable has its default")
  func defaults() throws {
    #expect(try ProcessEnvironment([:]).read(Variables.port) == 8000)
    #expect(try ProcessEnvironment(["PORT": ""]).read(Variables.port) == 8000)
    #expect(try ProcessEnvironment(["PORT": "81"]).read(Variables.port) == 81)
  }

  @Test("a wrong value names the variable, what it holds and what is allowed")
  func wrongValue() {
    let environment = ProcessEnvironment(["PORT": "eighty"])
    #expect(
      throws: ConfigurationError(
        "PORT holds \"eighty\"; allowed is a whole number from 0 to 65535")
    ) { try environment.read(Variables.port) }
  }

  @Test("a wrong secret is never shown")
  func wrongSecret() throws {
    let environment = ProcessEnvironment(["SERVICE_API_KEY": "has space hunter2"])
    let error = #expect(throws: ConfigurationError.self) { try environment.read(Variables.serviceAPIKey) }
    #expect(error?.description.contains("hunter2") == false)
    #expect(error?.description.contains("SERVICE_API_KEY") == true)
  }

  @Test("a secret may come from a file")
  func secretFile() throws {
    let file = URL(filePath: "/tmp/sluice-secret-\(UInt64.random(in: 0...UInt64.max))")
    try Data("from-file\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let secret = try ProcessEnvironment(["SERVICE_API_KEY_FILE": file.path()]).read(Variables.serviceAPIKey)
    #expect(secret.reveal() == "from-file")
    #expect(throws: ConfigurationError.self) {
      try ProcessEnvironment(["SERVICE_API_KEY_FILE": "/nowhere"]).read(Variables.serviceAPIKey)
    }
  }

  @Test("a secret does not show itself")
  func redaction() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    for shown in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!shown.contains("hunter2"))
    }
  }

  @Test("every default is itself allowed")
  func defaultsAreAllowed() throws {
    let environment = ProcessEnvironment(["SERVICE_API_KEY": "k", "GEMINI_API_KEY": "k"])
    _ = try ProviderCatalog(environment)
    _ = try JobRetention(environment)
    _ = try RedisConfiguration(environment)
    _ = try environment.read(Variables.trustedProxies)
    _ = try environment.read(Variables.allowedOrigins)
    _ = try environment.read(Variables.rateLimit)
    _ = try environment.read(Variables.rateLimitBy)
    _ = try environment.read(Variables.logLevel)
    _ = try environment.read(Variables.logFormat)
  }

  @Test("docs/configuration.md holds the table that the declarations make")
  func documentation() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "docs/configuration.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(page.firstRange(of: "<!-- variables -->\n"))
    let end = try #require(page.firstRange(of: "<!-- end of variables -->"))
    if ProcessInfo.processInfo.environment["SLUICE_WRITE_DOCS"] != nil {
      let written = page[..<start.upperBound] + Variables.table + "\n" + page[end.lowerBound...]
      try Data(String(written).utf8).write(to: file)
    } else {
      let table = page[start.upperBound..<end.lowerBound]
      #expect(table == Variables.table + "\n", "`make docs` brings the page up to date")
    }
  }

  @Test(
    "rate limits are read",
    arguments: [
      ("10/minute", RateLimit(requests: 10, per: .minute)),
      ("1/second", RateLimit(requests: 1, per: .second)),
      ("5000/hour", RateLimit(requests: 5000, per: .hour)), ("0/minute", nil), ("10", nil),
      ("10/day", RateLimit(requests: 10, per: .day)),
      ("-1/second", nil), ("ten/minute", nil), ("10/minute/2", nil),
    ] as [(String, RateLimit?)])
  func rateLimits(text: String, limit: RateLimit?) {
    #expect(RateLimit(parsing: text) == limit)
  }

  @Test("the rate limit can be off, and a wrong one is told the bounds")
  func noRateLimit() throws {
    #expect(try ProcessEnvironment(["RATE_LIMIT": "off"]).read(Variables.rateLimit) == nil)
    let limit = try ProcessEnvironment(["RATE_LIMIT": "1000000/second"]).read(Variables.rateLimit)
    #expect(limit == RateLimit(requests: 1_000_000, per: .second))
    for wrong in ["1000001/second", "none", "0/hour"] {
      #expect(
        throws: ConfigurationError(
          "RATE_LIMIT holds \"\(wrong)\"; allowed is `N/second`, `N/minute`, `N/hour` or `N/day` with N from 1 to 1000000, "
            + "or `off`")
      ) { try ProcessEnvironment(["RATE_LIMIT": wrong]).read(Variables.rateLimit) }
    }
  }

  @Test(
    "networks hold their addresses and no others",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
      ("192.0.2.7", "192.0.2.8", false), ("172.16.0.0/12", "172.31.255.255", true),
      ("172.16.0.0/12", "172.32.0.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("::1", "::1", true),
      ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
      ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "2001:db8::1", false),
      ("10.0.0.0/8", "nonsense", false),
    ])
  func networks(network: String, address: String, isInside: Bool) throws {
    #expect(try #require(IPNetwork(parsing: network)).contains(address) == isInside)
  }

  @Test(
    "what is no network is refused",
    arguments: ["", "10.0.0.0/33", "10.0.0/8", "x/8", "::/129", "10.0.0.0/-1"])
  func wrongNetworks(text: String) {
    #expect(IPNetwork(parsing: text) == nil)
  }
}
