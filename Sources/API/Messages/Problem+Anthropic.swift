import HTTPTypes
import NIOCore
import Shared

extension Problem {
  /// The problem in Anthropic's form (https://platform.claude.com/docs/en/api/errors), from which its SDKs make their own
  /// exceptions.
  func anthropicError(requestID: String) -> RenderedProblem {
    var headers = headers
    headers[.contentType] = "application/json"
    // Its SDKs ask again after any 5xx; what failed for good would only fail again.
    if case .allProvidersFailed = self { headers[.shouldRetry] = "false" }
    let body = JSONValue.object(anthropicErrorObject(requestID: requestID)).serialized()
    return RenderedProblem(status: anthropicStatus, headers: headers, body: body)
  }

  /// The whole of an error, as it also stands in the middle of a stream.
  func anthropicErrorObject(requestID: String) -> JSONObject {
    var error: JSONObject = ["type": .string(anthropicType), "message": .string(anthropicMessage)]
    switch self {
    case .limitReached(let refusal, _):
      error["limit"] = .string(refusal.limit)
      error["scope"] = .string(refusal.scope.rawValue)
      error["retry_after"] = Self.seconds(refusal.retryAfter)
    case .allProvidersFailed(_, let path, _), .requestRefused(_, let path, _):
      error["cascade_path"] = try? JSONParser.parse(path)
    case .validation(let errors) where errors.isOfThread:
      // By which the SDK knows that it has to send its whole conversation.
      error["details"] = ["error_code": "thread_unsupported_request", "unsupported": ["thread"]]
    default: break
    }
    return ["type": "error", "error": .object(error), "request_id": .string(requestID)]
  }

  /// A request that every provider refuses is its client's to mend.
  private var anthropicStatus: HTTPResponse.Status {
    if case .requestRefused = self { return .badRequest }
    return ErrorShape.anthropic.status(of: kind)
  }

  private var anthropicType: String {
    // Clients see nothing but the type of an error in the middle of a stream.
    if case .allProvidersFailed(_, _, let provider?) = self, let type = provider.type,
      Self.anthropicTypes.contains(type)
    {
      return type
    }
    return switch anthropicStatus.code {
    case 401: "authentication_error"
    case 402: "billing_error"
    case 403: "permission_error"
    case 404: "not_found_error"
    case 409: "conflict_error"
    case 413: "request_too_large"
    case 429: "rate_limit_error"
    case 503, 529: "overloaded_error"
    case 504: "timeout_error"
    case 400..<500: "invalid_request_error"
    default: "api_error"
    }
  }

  /// What a provider of this dialect may call a failure that is not the request's.
  private static let anthropicTypes: Set<String> = ["overloaded_error", "timeout_error", "rate_limit_error"]

  private var anthropicMessage: String {
    switch self {
    case .requestRefused(_, _, let provider):
      let message = provider?.message ?? detail
      // By these words Claude Code knows that it has to make a conversation shorter.
      let overflow = "prompt is too long"
      guard provider?.code == "context_length_exceeded", !message.lowercased().contains(overflow) else {
        return message
      }
      return "\(overflow): \(message)"
    case .validation(let errors):
      // It has the path of a member with dots.
      guard let issue = errors.issues.first else { return detail }
      let path = issue.location.dropFirst(issue.location.first == "body" ? 1 : 0).map(\.dotted)
      return (path.isEmpty ? [] : [path.joined(separator: ".")] + [": "]).joined() + issue.fault.message
    default: return detail
    }
  }
}

extension ValidationErrors {
  fileprivate var isOfThread: Bool { issues.first?.location.dropFirst().first?.dotted == "thread" }
}

extension LocationPart {
  fileprivate var dotted: String {
    switch self {
    case .name(let name): name
    case .index(let index): String(index)
    }
  }
}
