import Shared
import Testing

@testable import CLI

@Suite("What is shown")
struct OutputTests {
  @Test("a table has its columns under each other, and nothing behind the last")
  func tables() {
    var table = Table([.init(title: "id"), .init(title: "cost", isNumber: true), .init(title: "name")])
    table.add(["a", "1", "x"])
    table.add(["longer", "10.5", "y"])
    #expect(table.text == "ID      COST  NAME\na          1  x\nlonger  10.5  y\n")
  }

  @Test("what others wrote cannot move the cursor or turn the text")
  func terminals() {
    var table = Table("name")
    table.add(["a\u{1B}[2J\nb\u{202E}c"])
    #expect(table.text == "NAME\na\u{FFFD}[2J\u{FFFD}b\u{FFFD}c\n")
    #expect(TerminalText.plain("one\ntwo\u{7}") == "one\ntwo\u{FFFD}")
  }

  @Test("values are shown as they are typed, money without an exponent")
  func cells() {
    #expect(
      CellText.text([["usd": 0.5, "per": "day", "kind": "soft"], "5 running"]) == "0.5/day soft, 5 running")
    #expect(CellText.text(0.0000001) == "0.0000001")
    #expect(CellText.text(nil) == "-" && CellText.text([]) == "-" && CellText.text(true) == "yes")
    #expect(CellText.time("2026-01-31T09:15:02.481Z") == "2026-01-31T09:15:02Z")
  }

  @Test("large numbers are shown as they are, counts and money alike, in tables and in CSV")
  func largeNumbers() {
    for number in [1_000_001, 31_415_926, 2_000_000_000_000] {
      #expect(CellText.text(.integer(Int64(number))) == "\(number)")
      #expect(CSVRow.cell(.integer(Int64(number))) == "\(number)")
    }
    #expect(CellText.text(1_234_567.89) == "1234567.89" && CSVRow.cell(1_234_567.89) == "1234567.89")
    #expect(CellText.text(-2_000_000) == "-2000000")
    #expect(CellText.text(.double(1e9 + 0.5)) == "1000000000.5")
    #expect(BoundText.written(["usd": 2_000_000, "per": "life"]) == "2000000/life")
    #expect(
      StandingTable.text(["limits": [["limit": "5 tokens/day", "used": 7_000_000]]]).contains("7000000"))
  }

  @Test("a key's record never shows the key, and a list tells what it is good for")
  func keys() {
    let key: JSONValue = [
      "id": "key_1", "key": "sk-sluice-x", "enabled": true, "expires_at": "2020-01-01T00:00:00.000Z",
    ]
    #expect(!RecordSheet.text(key).contains("sk-sluice-x"))
    #expect(KeyTable.text([key], now: 1_800_000_000_000).contains("expired"))
    #expect(KeyTable.text([["enabled": false]], now: 0).contains("disabled"))
  }

  @Test("CSV quotes what needs it, and defuses what a spreadsheet takes for a formula")
  func csv() {
    #expect(CSVRow.line(["a,b", "say \"x\"", "=1+1", "-3", ""]) == "\"a,b\",\"say \"\"x\"\"\",'=1+1,-3,\r\n")
    #expect(CSVRow.cell(0.0000001) == "0.0000001" && CSVRow.cell(["a": 1]) == "{\"a\":1}")
  }

  @Test("records go on with the columns of the run before, without titles")
  func records() throws {
    var text = ""
    var first = RecordsWriter(.csv) { text += $0 }
    try first.add([["id": "1", "n": 2]])
    var second = RecordsWriter(.csv, columns: first.columns) { text += $0 }
    try second.add([["n": 4, "new": 5, "id": "3"]])
    #expect(text == "id,n\r\n1,2\r\n3,4\r\n")
    text = ""
    var json = RecordsWriter(.json) { text += $0 }
    try json.add([1])
    try json.add([2])
    try json.end()
    #expect(text == "[1,\n2]\n")
  }
}
