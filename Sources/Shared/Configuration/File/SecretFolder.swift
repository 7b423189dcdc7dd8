#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A folder of which each file is a secret, known by its name. No name leads out of it.
public struct SecretFolder: Sendable, Hashable {
  /// As links lead to it.
  private let path: String

  /// Nil when there is no such folder, or it may not be looked into.
  public init?(_ path: String) {
    guard let real = Self.real(path), FileStamp.isFolder(real) else { return nil }
    self.path = real
  }

  /// The file of a name, or nil where there is none within the folder. Links within it are followed: a volume of
  /// Kubernetes consists of them.
  func file(named name: String) -> String? {
    guard Self.isName(name), let real = Self.real("\(path)/\(name)"), real.hasPrefix("\(path)/") else {
      return nil
    }
    return real
  }

  /// 1 to 64 letters, digits, dots, `_` and `-`, and not a folder's name for itself or the one above.
  static func isName(_ name: String) -> Bool {
    let isGood = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isGood && (1...64).contains(name.utf8.count) && name != "." && name != ".."
  }

  private static func real(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
  }
}
