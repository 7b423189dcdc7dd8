extension Conversation {
  /// How many tokens the prompt has, rather too many than too few: who goes by it cuts a conversation short before its
  /// model refuses it. English has four bytes a token, most else fewer; JSON has three.
  public var promptEstimate: Int {
    let tools = tools.reduce(0) { $0 + $1.size }
    let bytes = turns.reduce(tools) { $0 + $1.weight }
    return bytes / 3 + 8 * turns.count + 8
  }
}
