import Testing

@testable import Shared

@Suite("Keys and their digests")
struct KeyMaterialTests {
  @Test("a key has 160 bits of chance and a checksum, and is read again")
  func form() throws {
    let key = KeyMaterial()
    let text = key.secret.reveal()
    #expect(text.hasPrefix("sk-sluice-"))
    #expect(text.utf8.count == 48)
    #expect(KeyMaterial(parsing: text) == key)
    #expect(KeyMaterial() != key)
  }

  @Test("the hint shows the first and last four of the random part, and a description nothing")
  func hint() throws {
    let key = KeyMaterial()
    let chance = key.secret.reveal().dropFirst(10).prefix(32)
    #expect(key.hint == "sk-sluice-\(chance.prefix(4))…\(chance.suffix(4))")
    #expect(!"\(key)".contains(chance))
  }

  @Test("the checksum is the CRC-32 of ZIP in base 62")
  func checksum() throws {
    #expect(CRC32.checksum(of: "123456789".utf8) == 0xCBF4_3926)
  }

  @Test("a mistyped key is refused, wherever the mistake is")
  func mistyped() {
    let text = Array(KeyMaterial().secret.reveal())
    for index in text.indices {
      var wrong = text
      wrong[index] = wrong[index] == "2" ? "3" : "2"
      #expect(KeyMaterial(parsing: String(wrong)) == nil, "at \(index)")
    }
    var swapped = text
    if let index = (10..<40).first(where: { text[$0] != text[$0 + 1] }) { swapped.swapAt(index, index + 1) }
    #expect(KeyMaterial(parsing: String(swapped)) == nil)
  }

  @Test(
    "what is no key is refused",
    arguments: ["", "sk-sluice-", "try-me", "sk-sluice-" + String(repeating: "é", count: 19)])
  func others(text: String) {
    #expect(KeyMaterial(parsing: text) == nil)
    #expect(KeyMaterial(parsing: KeyMaterial().secret.reveal().uppercased()) == nil)
    #expect(KeyMaterial(parsing: KeyMaterial().secret.reveal() + " ") == nil)
  }

  @Test("digests are HMAC-SHA-256")
  func digest() throws {
    // RFC 4231, test case 2, by the inner call: its key is shorter than any pepper may be.
    let digest = KeyDigest(of: Secret("what do ya want for nothing?"), under: .init(data: Array("Jefe".utf8)))
    #expect(digest.description == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(KeyDigest(hex: digest.description) == digest)
    for text in ["", "5b", digest.description.uppercased(), digest.description + "00"] {
      #expect(KeyDigest(hex: text) == nil)
    }
  }

  @Test("while the pepper changes, keys of the old one are found")
  func peppers() throws {
    let key = KeyMaterial()
    let old = try #require(KeyPeppers(parsing: "the-old-pepper-of-16"))
    let both = try #require(KeyPeppers(parsing: "the-new-pepper-of-16,the-old-pepper-of-16"))
    #expect(both.digests(of: key).count == 2)
    #expect(both.digests(of: key)[1] == old.digest(of: key))
    #expect(both.digests(of: key)[0] == both.digest(of: key))
    #expect(both.digest(of: key) != old.digest(of: key))
    #expect("\(both)" == "***")
  }

  @Test(
    "a pepper is 16 visible characters or more",
    arguments: [
      "", "short", "has a space in its middle", "the-new-pepper-of-16,", ",", "a-good-pepper-of-16,b",
      "1234567890123456,1234567890123456,1234567890123456",
    ])
  func badPeppers(text: String) {
    #expect(KeyPeppers(parsing: text) == nil)
  }

  @Test("ids of keys sort by time and are read again")
  func ids() throws {
    let early = KeyID(unixMilliseconds: 1_764_299_794_000)
    let late = KeyID(unixMilliseconds: 1_764_299_794_001)
    #expect(early < late)
    #expect(early.rawValue.utf8.count == 30)
    #expect(KeyID(rawValue: early.rawValue) == early)
    for text in [
      "", "key_", "job_" + early.rawValue.dropFirst(4), early.rawValue + "0", early.rawValue.lowercased(),
    ] {
      #expect(KeyID(rawValue: text) == nil)
    }
  }

  @Test(
    "the names of tenants are bounded",
    arguments: [
      ("default", true), ("a", true), ("0-_", true), (String(repeating: "a", count: 63), true), ("", false),
      ("-a", false),
      ("_a", false), ("A", false), ("a b", false), ("a:b", false), ("é", false), ("*", false),
      (String(repeating: "a", count: 64), false),
    ])
  func tenants(name: String, isGood: Bool) {
    #expect((TenantID(rawValue: name) != nil) == isGood)
  }
}
