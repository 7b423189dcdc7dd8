import HTTPTypes
import NIOCore
import Shared

extension Problem {
  /// The problem in OpenAI's form (https://platform.openai.com/docs/guides/error-codes), from which its SDKs make
  /// their own exceptions.
  func openAIError(requestID: String) -> RenderedProblem {
    var headers = headers
    headers[.contentType] = "application/json"
    // OpenAI's SDKs ask again after any 5xx; what failed for good would only fail again.
    if case .allProvidersFailed = self { headers[.shouldRetry] = "false" }
    return RenderedProblem(
      status: openAIStatus, headers: headers, body: openAIErrorBody(requestID: requestID))
  }

  /// The body of an answer, and the event that ends a stream.
  func openAIErrorBody(requestID: String) -> ByteBuffer {
    (["error": .object(openAIErrorObject(requestID: requestID))] as JSONValue).serialized()
  }

  /// What stands as `error`, also in the middle of a stream.
  func openAIErrorObject(requestID: String) -> JSONObject {
    var error: JSONObject = [
      "message": .string(openAIMessage), "type": .string(provider?.type ?? openAIType),
      "param": (provider?.param ?? parameter).map(JSONValue.string) ?? .null,
      "code": .string(provider?.code ?? openAICode), "request_id": .string(requestID),
    ]
    switch self {
    case .budgetSpent(_, let limit?, let scope?):
      error["limit"] = .string(limit)
      error["scope"] = .string(scope)
      error["retry_after"] = .null
    case .limitReached(let refusal, _):
      error["limit"] = .string(refusal.limit)
      error["scope"] = .string(refusal.scope.rawValue)
      error["retry_after"] = Self.seconds(refusal.retryAfter)
    case .allProvidersFailed(_, let path, _), .requestRefused(_, let path, _):
      error["cascade_path"] = try? JSONParser.parse(path)
    default: break
    }
    return error
  }

  /// What the provider said whose words are told. Its names tell OpenAI's clients which exception to raise.
  private var provider: ProviderError? {
    switch self {
    case .allProvidersFailed(_, _, let provider), .requestRefused(_, _, let provider): provider
    default: nil
    }
  }

  /// A provider that refuses a request has the word, as if it had been asked without Sluice between.
  private var openAIMessage: String {
    guard case .requestRefused = self else { return detail }
    let message = provider?.message ?? detail
    // OpenAI's SDK shows the message alone, and LangChain looks for the code in what the SDK shows.
    let overflow = "context_length_exceeded"
    guard provider?.code == overflow, !message.contains(overflow) else { return message }
    return "\(message) (\(overflow))"
  }

  /// OpenAI knows no 422; and a request that every provider refuses is its client's to mend.
  private var openAIStatus: HTTPResponse.Status {
    if case .requestRefused = self { return .badRequest }
    return ErrorShape.openAI.status(of: kind)
  }

  private var openAIType: String {
    if case .requestRefused = self { return "invalid_request_error" }
    return switch kind {
    case .unauthorized: "authentication_error"
    // What OpenAI's clients know not to ask again for.
    case .budgetExceeded: "insufficient_quota"
    case .forbidden: "permission_error"
    case .rateLimited: "rate_limit_error"
    case .internalError, .allProvidersFailed, .unavailable, .unacknowledged, .timeout: "server_error"
    default: "invalid_request_error"
    }
  }

  private var openAICode: String {
    switch self {
    case .unauthorized: "invalid_api_key"
    case .modelNotFound: "model_not_found"
    case .conversationLocked: "conversation_locked"
    case .requestRefused: "request_refused"
    case .tooManyUnknownKeys, .tenantQueueIsFull: "rate_limit_exceeded"
    case .validation(let errors): errors.issues.first?.fault.openAICode ?? "invalid_value"
    case .limitReached, .budgetSpent: kind == .budgetExceeded ? "insufficient_quota" : "rate_limit_exceeded"
    default: kind.rawValue.replacing("-", with: "_")
    }
  }

  /// The member that is wrong, such as `messages[0].role`.
  private var parameter: String? {
    switch self {
    case .modelNotFound: "model"
    case .conversationLocked: "conversation"
    case .validation(let errors): errors.issues.first.flatMap { $0.path.isEmpty ? nil : $0.path }
    default: nil
    }
  }
}

extension ValidationFault {
  /// OpenAI's code for a `previous_response_id` that is of none.
  static let noPreviousResponse = "previous_response_not_found"
  /// OpenAI's code for two members of which there may be one.
  static let mutuallyExclusive = "mutually_exclusive_parameters"

  fileprivate var openAICode: String {
    switch self {
    case .missing, .missingOneOf: "missing_required_parameter"
    case .unknownField: "unknown_parameter"
    case .said(let type, _) where type == Self.noPreviousResponse || type == Self.mutuallyExclusive: type
    case .notAString, .notAnInteger, .hasFraction, .notANumber, .notANumberText, .notAnArray, .notAnObject,
      .notAStringOrArray, .notABoolean:
      "invalid_type"
    default: "invalid_value"
    }
  }
}
