import Testing

@testable import Shared

@Suite("Walking over JSON for a few of its members")
struct JSONScanTests {
  private func integer(_ text: String) -> (value: Int64?, place: Int) {
    Array(text.utf8).withUnsafeBufferPointer { bytes in
      var scan = JSONScan(bytes)
      let value = scan.integer()
      return (value, scan.place)
    }
  }

  @Test(
    "whole numbers are read to the last that 64 bits hold",
    arguments: [0, 7, -1, 1_234_567_890, Int64.max, Int64.min])
  func whole(number: Int64) {
    #expect(integer("\(number),").value == number)
    #expect(integer("\(number)").place == "\(number)".utf8.count)
  }

  @Test(
    "what is no whole number is none, and is passed over",
    arguments: ["1.5", "2e3", "-", "9223372036854775808", "-9223372036854775809", "99999999999999999999999"])
  func others(text: String) {
    let (value, place) = integer(text + "}")
    #expect(value == nil)
    #expect(place == text.utf8.count)
  }

  @Test("nothing is read where no number begins")
  func none() {
    #expect(integer("\"7\"").value == nil)
    #expect(integer("").value == nil)
  }
}
