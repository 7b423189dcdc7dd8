/// Why a script of rules was refused, in words for the one who wrote it.
struct ScriptError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
