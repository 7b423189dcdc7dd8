public import OrderedCollections

/// What is told of an answer while it comes.
public enum AnswerEvent: Sendable, Hashable {
  /// The part of that number begins with this piece, or grows by it. Parts are counted from 0 in each choice.
  case part(Part, at: Int, choice: Int)
  /// In the form of OpenAI's `choices[].logprobs`: what follows what was told before.
  case logprobs(JSONObject, choice: Int)
  /// Members of the message that only the provider's dialect knows; each is told once.
  case message(JSONObject, choice: Int)
  /// The same beside the message; a later value takes the place of an earlier one, but for what comes in pieces.
  case choice(JSONObject, choice: Int)
  /// The same beside the choices; a later value takes the place of an earlier one.
  case extras(JSONObject, Dialect)
  case finish(FinishReason, choice: Int)
  /// Tokens so far: what comes later replaces what came before.
  case usage(TokenUsage)
}

extension AnswerEvent {
  /// A rough size in bytes.
  public var size: Int {
    switch self {
    case .part(let part, _, _): part.size
    case .logprobs(let members, _), .message(let members, _), .choice(let members, _),
      .extras(let members, _):
      members.size
    case .finish, .usage: 0
    }
  }
}
