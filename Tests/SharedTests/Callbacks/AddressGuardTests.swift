import Testing

@testable import Shared

@Suite("The guard of addresses")
struct AddressGuardTests {
  private func allows(_ text: String, under addressGuard: AddressGuard = AddressGuard()) throws -> Bool {
    addressGuard.allows(try #require(IPAddress(parsing: text)))
  }

  @Test(
    "the last address before each special network and the first after it are public",
    arguments: [
      "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
      "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
      "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
      "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
      "203.0.114.0", "223.255.255.255", "2000::", "2001:200::", "2001:db7:ffff::", "2001:db9::",
      "2001:ffff::1", "2003::1", "2a00:1450::1", "3ffd::1", "3fff:1000::",
    ])
  func publicAddresses(address: String) throws {
    #expect(try allows(address))
  }

  @Test(
    "the first and the last address of each special network are refused",
    arguments: [
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0",
      "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.255.255", "172.16.0.0", "172.31.255.255",
      "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.0", "192.88.99.255", "192.168.0.0",
      "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0",
      "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
      "::", "::1", "::7f00:1", "::808:808", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "64:ff9b::",
      "64:ff9b::808:808",
      "64:ff9b:1::1", "100::1", "1fff:ffff::", "2001::", "2001:0:4136:e378::1", "2001:2::1", "2001:20::1",
      "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff::1", "2002::", "2002:7f00:1::1", "2002:808:808::1",
      "3ffe::1", "3fff::1", "3fff:fff::1", "4000::", "5f00::1", "fc00::", "fdff::1", "fe80::1", "febf::1",
      "fec0::1", "ff00::", "ff0e::1",
    ])
  func specialAddresses(address: String) throws {
    #expect(try !allows(address))
  }

  @Test("an allowed network is let through, and nothing beside it")
  func allowed() throws {
    let networks = ["10.1.0.0/16", "127.0.0.1", "fd12::/16"].compactMap(IPNetwork.init(parsing:))
    let opened = AddressGuard(allowing: networks)
    for address in ["10.1.0.0", "10.1.255.255", "127.0.0.1", "fd12::1", "8.8.8.8", "::ffff:10.1.0.1"] {
      #expect(try allows(address, under: opened), "\(address)")
    }
    for address in ["10.0.255.255", "10.2.0.0", "127.0.0.2", "fd13::1", "::ffff:10.2.0.0", "::a01:1"] {
      #expect(try !allows(address, under: opened), "\(address)")
    }
  }

  @Test(
    "what is no plain address is not read as one",
    arguments: [
      "", "1.2.3", "01.2.3.4", "1.2.3.4.", " 1.2.3.4", "fe80::1%1", "fe80::1%lo", "[::1]", "0x7f.0.0.1",
    ])
  func noAddress(text: String) {
    #expect(IPAddress(parsing: text) == nil)
  }
}
