import Testing

@testable import Shared

@Suite("Callback URLs")
struct CallbackURLTests {
  private static let secret = WebhookSecret(parsing: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  private static let strict = CallbackPolicy(secret: secret)

  private static func policy(allowing networks: String..., http: Bool = false) -> CallbackPolicy {
    CallbackPolicy(
      allowsHTTP: http, addresses: AddressGuard(allowing: networks.compactMap(IPNetwork.init(parsing:))),
      secret: secret)
  }

  private func fault(_ url: String, under policy: CallbackPolicy = strict) -> CallbackURLError? {
    do throws(CallbackURLError) {
      _ = try CallbackURL(url, under: policy)
      return nil
    } catch { return error }
  }

  @Test(
    "a public https URL is taken in one canonical form",
    arguments: [
      ("https://example.com", "https://example.com/"),
      ("HTTPS://Hooks.Example.COM/A/b?Q=%2f", "https://hooks.example.com/A/b?Q=%2f"),
      ("https://example.com:443/x", "https://example.com/x"),
      ("https://example.com:8443/x", "https://example.com:8443/x"),
      ("https://example.com:1/", "https://example.com:1/"),
      ("https://example.com:65535/", "https://example.com:65535/"),
      ("https://example.com?a=b", "https://example.com/?a=b"),
      ("https://xn--bcher-kva.example.com/", "https://xn--bcher-kva.example.com/"),
      ("https://8.8.8.8/x", "https://8.8.8.8/x"),
      ("https://[2606:4700:4700:0:0:0:0:1111]:8443/x", "https://[2606:4700:4700::1111]:8443/x"),
      ("https://example.com/a@b:c", "https://example.com/a@b:c"),
      ("https://1e100.net/", "https://1e100.net/"),
    ])
  func accepted(url: String, text: String) throws {
    let canonical = try CallbackURL(url, under: Self.strict)
    #expect(canonical.text == text)
    #expect(try CallbackURL(canonical.text, under: Self.strict) == canonical)
  }

  @Test("a URL says its host, address and port")
  func parts() throws {
    let name = try CallbackURL("https://example.com/x", under: Self.strict)
    #expect((name.host, name.port, name.address) == ("example.com", 443, nil))
    let address = try CallbackURL("https://[2606:4700::1111]:81/x", under: Self.strict)
    #expect(address.host == "2606:4700::1111")
    #expect(address.port == 81)
    #expect(address.address == IPAddress(parsing: "2606:4700::1111"))
    #expect(try CallbackURL("http://example.com/", under: Self.policy(http: true)).port == 80)
  }

  @Test("what a URL shows of itself has neither path nor query")
  func redaction() throws {
    let url = try CallbackURL("https://example.com:81/hunter2?token=hunter2", under: Self.strict)
    for shown in ["\(url)", String(reflecting: url), "\([url])"] {
      #expect(shown.contains("https://example.com:81"))
      #expect(!shown.contains("hunter2"))
    }
  }

  @Test(
    "other forms of a URL are refused",
    arguments: [
      ("", .notHTTPS), ("example.com", .notHTTPS), ("http://example.com/", .notHTTPS),
      ("ftp://example.com/", .notHTTPS), ("file:///etc/passwd", .notHTTPS), ("//example.com/", .notHTTPS),
      ("https:/example.com/", .notHTTPS), ("https:example.com", .notHTTPS),
      (" https://example.com/", .hasIllegalCharacter), ("https://example.com/ ", .hasIllegalCharacter),
      ("https://example.com/a b", .hasIllegalCharacter),
      ("https://example.com/\r\nx: y", .hasIllegalCharacter),
      ("https://exa\tmple.com/", .hasIllegalCharacter), ("https://example.com/é", .hasIllegalCharacter),
      ("https://example.com\\@evil.com/", .hasIllegalCharacter),
      ("https://example.com/%zz", .hasIllegalCharacter), ("https://example.com/%2", .hasIllegalCharacter),
      ("https://example.com/a[0]", .hasIllegalCharacter), ("https://example.com/\0", .hasIllegalCharacter),
      ("https://user@example.com/", .hasUserInfo), ("https://u:p@example.com/", .hasUserInfo),
      ("https://@example.com/", .hasUserInfo), ("https://example.com@127.0.0.1/", .hasUserInfo),
      ("https://example.com/#x", .hasFragment), ("https://example.com#@evil.com/", .hasFragment),
      ("https://", .hasNoHost), ("https:///x", .hasNoHost), ("https://?x", .hasNoHost),
      ("https://:443/", .hasNoHost), ("https://example.com:/", .hasBadPort),
      ("https://example.com:0/", .hasBadPort), ("https://example.com:65536/", .hasBadPort),
      ("https://example.com:-1/", .hasBadPort), ("https://example.com:+1/", .hasBadPort),
      ("https://example.com:0443/", .hasBadPort), ("https://example.com:80:80/", .hasBadPort),
      ("https://example.com:x/", .hasBadPort), ("https://example.com:99999999999999999999/", .hasBadPort),
      ("https://example..com/", .hasBadHost), ("https://.example.com/", .hasBadHost),
      ("https://example.com./", .hasBadHost), ("https://-example.com/", .hasBadHost),
      ("https://exa_mple.com/", .hasBadHost), ("https://exam%70le.com/", .hasBadHost),
      ("https://example.com,evil.com/", .hasBadHost), ("https://[::1/", .hasBadHost),
      ("https://[2606:4700::1]x/", .hasBadHost), ("https://[example.com]/", .hasOddAddress),
      ("https://[8.8.8.8]/", .hasOddAddress), ("https://[]/", .hasOddAddress),
    ] as [(String, CallbackURLError)])
  func malformed(url: String, error: CallbackURLError) {
    #expect(fault(url) == error)
  }

  @Test("a URL has at most 2048 characters, a host at most 253, a label at most 63")
  func lengths() {
    let start = "https://example.com/"
    #expect(fault(start + String(repeating: "a", count: 2048 - start.count)) == nil)
    #expect(fault(start + String(repeating: "a", count: 2049 - start.count)) == .tooLong)
    let label = String(repeating: "a", count: 63)
    #expect(fault("https://\(label).com/") == nil)
    #expect(fault("https://\(label)a.com/") == .hasBadHost)
    #expect(fault("https://\(label).\(label).\(label).\(label.dropLast(2))/") == nil)
    #expect(fault("https://\(label).\(label).\(label).\(label.dropLast())/") == .hasBadHost)
  }

  @Test(
    "an address that is not public is refused",
    arguments: [
      "127.0.0.1", "127.255.255.255", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
      "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::1]", "[::]",
      "[::ffff:8.8.8.8]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
      "[2001:0:1::1]", "[fc00::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
    ])
  func privateAddresses(host: String) {
    #expect(fault("https://\(host)/") == .isNotPublic)
    #expect(fault("https://\(host):8443/x") == .isNotPublic)
  }

  @Test(
    "an address in an odd notation is refused, wherever it leads",
    arguments: [
      "2130706433", "134744072", "0x7f000001", "017700000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.1",
      "0x7f.0.0.1", "127.0.0.0x1", "010.8.8.8", "08.8.8.8", "8.8.8.256", "1.2.3.4.5", "127.0.0.1.",
      "8.8.8.8.", "256.1.1.1", "example.com.1", "0x", "127.0.0.0X1", "[fe80::1%25eth0]", "[::1%25lo]",
      "[1::2::3]", "[::g]",
    ])
  func oddNotations(host: String) {
    #expect(fault("https://\(host)/") == .hasOddAddress)
  }

  @Test(
    "digits that only look like ASCII, or come escaped, make no host",
    arguments: ["１２７.0.0.1", "127。0。0。1", "ⓔxample.com", "exam\u{00AD}ple.com"])
  func fullwidth(host: String) {
    #expect(fault("https://\(host)/") == .hasIllegalCharacter)
  }

  @Test(
    "an escaped host is refused", arguments: ["%31%32%37.0.0.1", "127.0.0.1%00.example.com", "%6cocalhost"])
  func escaped(host: String) {
    #expect(fault("https://\(host)/") != nil)
  }

  @Test(
    "a name of the own machine or network is refused",
    arguments: [
      "localhost", "LOCALHOST", "app.localhost", "printer.local", "metadata.google.internal", "redis",
      "router.home.arpa", "host.localdomain", "internal", "local",
    ])
  func localNames(host: String) {
    #expect(fault("https://\(host)/") == .isLocalName)
  }

  @Test(
    "names that only end alike are public",
    arguments: ["mylocalhost.com", "notinternal.com", "local.example.com"])
  func publicNames(host: String) {
    #expect(fault("https://\(host)/") == nil)
  }

  @Test("the operator may open networks, and then names within them may be called")
  func openedNetworks() {
    let policy = Self.policy(allowing: "10.1.0.0/16", "fd00::/8")
    #expect(fault("https://10.1.2.3/", under: policy) == nil)
    #expect(fault("https://[fd00::1]/", under: policy) == nil)
    #expect(fault("https://hooks.corp.internal/", under: policy) == nil)
    #expect(fault("https://receiver/", under: policy) == nil)
    #expect(fault("https://10.2.0.1/", under: policy) == .isNotPublic)
    #expect(fault("https://localhost/", under: policy) == .isLocalName)
    #expect(fault("https://10.1.515/", under: policy) == .hasOddAddress)
    #expect(fault("https://localhost/", under: Self.policy(allowing: "127.0.0.0/8")) == nil)
  }

  @Test("plain http is taken only where the operator allows it")
  func plainHTTP() {
    #expect(fault("http://example.com/", under: Self.policy(http: true)) == nil)
    #expect(fault("https://example.com/", under: Self.policy(http: true)) == nil)
    #expect(fault("ftp://example.com/", under: Self.policy(http: true)) == .notHTTP)
    #expect(fault("http://127.0.0.1/", under: Self.policy(http: true)) == .isNotPublic)
  }

  @Test("without a signing secret every URL is refused, with a sentence that names the variable")
  func off() {
    #expect(fault("https://example.com/", under: CallbackPolicy()) == .callbacksAreOff)
    #expect(CallbackURLError.callbacksAreOff.description.contains("WEBHOOK_SECRET"))
  }

  @Test("the policy is read from the environment")
  func environment() throws {
    let none = try CallbackPolicy(ProcessEnvironment([:]))
    #expect(none.secret == nil)
    #expect(!none.allowsHTTP)
    #expect(none.addresses == AddressGuard())
    let all = try CallbackPolicy(
      ProcessEnvironment([
        "WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "ALLOW_HTTP_CALLBACKS": "true",
        "CALLBACK_NETWORKS": "10.0.0.0/8, fd00::/8",
      ]))
    #expect(all.secret != nil)
    #expect(all.allowsHTTP)
    #expect(all.addresses.allowedNetworks.count == 2)
    for (name, value) in [
      ("WEBHOOK_SECRET", "hunter2"), ("ALLOW_HTTP_CALLBACKS", "maybe"), ("CALLBACK_NETWORKS", "10.0.0.0/33"),
    ] {
      let error = #expect(throws: ConfigurationError.self) {
        try CallbackPolicy(ProcessEnvironment([name: value]))
      }
      #expect(error?.description.hasPrefix(name) == true)
      #expect(error?.description.contains("hunter2") == false)
    }
  }
}
