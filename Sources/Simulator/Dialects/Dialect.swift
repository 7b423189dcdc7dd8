import HTTPTypes
import NIOCore
import Shared

/// A provider's wire format: what it takes, what it refuses, how its answers look.
protocol Dialect: Sendable {
  /// Checks a request as the provider does.
  func read(_ request: ReceivedRequest) throws(Refusal) -> ChatCall
  func render(_ refusal: Refusal, model: String) -> RenderedError
  /// The body of an answer that comes whole.
  func body(_ call: ChatCall, _ answer: Answer) -> JSONValue
  /// The events of a stream, each with its empty line.
  func events(_ call: ChatCall, _ answer: Answer) -> [ByteBuffer]
  /// How many of the last events say that the text is whole.
  func terminalEventCount(_ call: ChatCall, _ answer: Answer) -> Int
  /// An error in the middle of a stream; nothing comes after it.
  func errorEvent(_ call: ChatCall, _ answer: Answer, _ error: JSONValue) -> ByteBuffer
  /// Headers of every answer.
  func headers(id: String) -> HTTPFields
}
