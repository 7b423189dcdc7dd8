import Testing

@testable import Shared

@Suite("Contents that are logged")
struct SecretBlotTests {
  @Test(
    "what looks like a key is blotted out, and nothing else",
    arguments: [
      ("my key is sk-sluice-0123456789abcdefABCDEF, use it", "my key is ***, use it"),
      ("AKIAIOSFODNN7EXAMPLE", "***"), ("token=ghp_0123456789abcdefghij0123456789abcdef", "token=***"),
      ("https://anna:geheim@example.com/x", "https://anna:***@example.com/x"),
      ("redis://:pass@host:6379/0 and more", "redis://:***@host:6379/0 and more"),
      ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "Bearer ***"),
      (
        "a task-force and a sk- and https://example.com/@you",
        "a task-force and a sk- and https://example.com/@you"
      ),
      (
        "x -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- y",
        "x *** y"
      ),
      (
        "x -----BEGIN PGP PRIVATE KEY BLOCK-----\nlQdG\n-----END PGP PRIVATE KEY BLOCK----- y",
        "x *** y"
      ),
      ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQdG", "***"),
      ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----BEGIN PGP PUBLIC KEY BLOCK-----"),
      // As JSON writes the beginning of a line.
      (#"my key:\nsk-proj-0123456789abcdef and \u0007AKIA0123456789ABCDEF"#, #"my key:\n*** and \u0007***"#),
      ("-ghp_0123456789abcdefghij0123456789abcdef\n+x", "-***\n+x"), ("._AKIAIOSFODNN7EXAMPLE", "._***"),
      ("xoxe.xoxp-1-0123456789abcdef", "xoxe.***"),
      ("whsec_0123456789abcdef0123 and csk-0123456789abcdef", "*** and ***"),
      ("xai-0123456789abcdef0123", "***"), ("sk_test_0123456789abcdef", "***"),
      ("a risk-based-and-tested-way", "a risk-based-and-tested-way"),
      ("SOUTHEAST_ASIA_QUARTERLY_REPORT", "SOUTHEAST_ASIA_QUARTERLY_REPORT"),
      ("-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----"), ("", ""), ("ümlaut 🙂", "ümlaut 🙂"),
    ])
  func blots(text: String, shown: String) {
    #expect(SecretBlots.blotted(text) == shown)
  }

  @Test("of a long text the beginning is shown, and no half of a character or a secret")
  func cut() {
    let contents = LoggedContents(bytes: 10, rate: 1)
    #expect(contents.shown("short") == "short")
    #expect(contents.shown("12345678é and more") == "12345678é…")
    #expect(contents.shown("123456789é and more") == "123456789…")
    #expect(contents.shown("1234 sk-sluice-0123456789abcdefABCDEF") == "1234 ***")
  }

  @Test("a quote is one also with a mark behind it, so that no client's text looks like a member")
  func quotes() {
    #expect(LogLine.quoted("x\"\u{301} status=200") == "\"x\\\"\u{301} status=200\"")
    #expect(LogLine.quoted("a \u{301}b") == "\"a \u{301}b\"" && LogLine.quoted("ab") == "ab")
  }

  @Test("a share of all jobs is shown")
  func samples() {
    let contents = LoggedContents(bytes: 10, rate: 0.25)
    #expect(contents.isSampled(chance: 0.2) && !contents.isSampled(chance: 0.25))
    #expect(!LoggedContents(bytes: 1, rate: 0).isSampled(chance: 0))
    #expect(LoggedContents(bytes: 1, rate: 1).isSampled(chance: 0.999))
  }
}
