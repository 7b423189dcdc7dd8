/// What is wrong with a client's request, as its dialect's reader found it, and where.
public struct InputFault: Error, Sendable, Hashable {
  /// A step from an object or an array to what it holds.
  public enum Step: Sendable, Hashable {
    case name(String)
    case index(Int)
  }

  /// From the outside in, beginning with the member that is read, such as `input`; empty for the whole body.
  public private(set) var path: [Step]
  /// A sentence for the client; nil where something is missing, which needs none.
  public let sentence: String?

  public init(_ sentence: String, at path: Step...) {
    self.path = path
    self.sentence = sentence
  }

  private init(missingAt path: [Step]) {
    self.path = path
    sentence = nil
  }

  static func missing(_ path: Step...) -> InputFault { InputFault(missingAt: path) }

  /// The same, seen from further out.
  func inside(_ steps: Step...) -> InputFault {
    var fault = self
    fault.path = steps + path
    return fault
  }

  /// The same, seen from a step further in; nil for what is wrong elsewhere.
  public func beginning(with step: Step) -> InputFault? {
    guard path.first == step else { return nil }
    var fault = self
    fault.path.removeFirst()
    return fault
  }

  /// Reads each element, and says of a fault in which one it is.
  static func each<Element, Read>(
    _ elements: [Element], _ read: (Element) throws(InputFault) -> Read
  ) throws(InputFault) -> [Read] {
    var all: [Read] = []
    all.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      do throws(InputFault) { all.append(try read(element)) } catch { throw error.inside(.index(index)) }
    }
    return all
  }

  /// Reads a member, and says of a fault in which one it is.
  static func within<Read>(
    _ name: String, _ read: () throws(InputFault) -> Read
  ) throws(InputFault) -> Read {
    do throws(InputFault) { return try read() } catch { throw error.inside(.name(name)) }
  }
}
