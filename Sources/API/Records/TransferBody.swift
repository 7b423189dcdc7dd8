import Shared

/// The body of `POST /admin/import`.
struct TransferBody: Sendable {
  static let most = 1000

  /// What tells the peppers that the keys were made with.
  var peppers: [String] = []
  /// Whether records are replaced that are there.
  var replaces = false
  /// Whether it is only told what would be done.
  var isDryRun = false
  var entries: [TransferEntry] = []
  /// Of each entry, what is good no more, or not here.
  var remarks: [[RecordFault]] = []
}

extension TransferBody {
  /// - Parameter rules: what new records are checked against, too.
  init(parsing json: JSONValue, under rules: RecordRules) throws(RecordFaults) {
    guard case .object(let members) = json else {
      throw RecordFaults([RecordFault(.notAnObject, "it must be an object")])
    }
    var faults: [RecordFault] = []
    for (name, value) in members {
      do throws(RecordFault) { try read(name, value) } catch { faults.append(error) }
    }
    if let data = members["data"] {
      read(data, rules, &faults)
    } else {
      faults.append(RecordFault(.missing, "the records are missing", at: [.name("data")]))
    }
    guard faults.isEmpty else { throw RecordFaults(faults) }
  }

  private mutating func read(_ name: String, _ value: JSONValue) throws(RecordFault) {
    switch name {
    case "data": break
    case "peppers":
      guard let texts = value.array?.compactMap(\.string), texts.count == value.array?.count else {
        throw RecordFault(.notAList, "it must be the list that the export has", at: [.name(name)])
      }
      peppers = texts
    case "replace": replaces = try Self.flag(value, name)
    case "dry_run": isDryRun = try Self.flag(value, name)
    default:
      throw RecordFault(
        .unknownMember, "there is no such member; there are peppers, replace, dry_run and data",
        at: [.name(String(name.prefix(64)))])
    }
  }

  private static func flag(_ value: JSONValue, _ name: String) throws(RecordFault) -> Bool {
    guard let flag = value.bool else {
      throw RecordFault(.notAFlag, "it must be true or false", at: [.name(name)])
    }
    return flag
  }

  private mutating func read(_ data: JSONValue, _ rules: RecordRules, _ faults: inout [RecordFault]) {
    guard let values = data.array, values.count <= Self.most else {
      faults.append(
        RecordFault(.notAList, "it must be a list of at most \(Self.most) records", at: [.name("data")]))
      return
    }
    for (index, value) in values.enumerated() {
      var found: [RecordFault] = []
      do throws(RecordFaults) { entries.append(try Self.entry(value, rules, &found)) } catch {
        faults += error.list.map {
          RecordFault($0.kind, $0.sentence, at: [.name("data"), .index(index), .name("record")] + $0.place)
        }
      }
      remarks.append(found)
    }
  }

  private static func entry(
    _ json: JSONValue, _ rules: RecordRules, _ remarks: inout [RecordFault]
  ) throws(RecordFaults) -> TransferEntry {
    let record = json["record"] ?? .null
    switch json["kind"]?.string {
    case "tenant": return .tenant(try Tenant(archived: record, under: rules, remarks: &remarks))
    case "key": return .key(try APIKey(archived: record, under: rules, remarks: &remarks))
    default: throw RecordFaults([RecordFault(.notAChoice, "its kind is neither \"tenant\" nor \"key\"")])
    }
  }
}
