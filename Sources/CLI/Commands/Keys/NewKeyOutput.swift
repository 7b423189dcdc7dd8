import ArgumentParser
import Shared

/// How a new key is handed over.
struct NewKeyOutput: ParsableArguments {
  @OptionGroup var output: OutputOptions

  @Flag(help: "Write nothing but the key, for `KEY=$(sluice keys create …)`.")
  var keyOnly = false

  /// Before a key is made that would not be shown as it was meant.
  func check() throws(CommandFailure) {
    if keyOnly && output.isJSON { throw .usage("--key-only and --json exclude each other") }
  }

  func show(_ reply: AdminReply) throws(CommandFailure) {
    guard let key = reply.json["key"]?.string else {
      throw .noAnswer("the server's answer holds no key; is it a Sluice?")
    }
    guard !keyOnly else {
      try Output.write(key + "\n")
      return
    }
    try output.show(reply.json) { record in
      RecordSheet.text(record, eTag: reply.eTag)
        + "\nThe key, which is shown this once and kept nowhere:\n\(TerminalText.cell(key))\n"
    }
  }
}
