import HTTPTypes
import Shared

/// https://docs.anthropic.com/en/api/errors
extension AnthropicDialect {
  func render(_ refusal: Refusal, model: String) -> RenderedError {
    switch refusal {
    case .missingKey: return error(401, "authentication_error", "x-api-key header is required")
    case .invalidKey: return error(401, "authentication_error", "invalid x-api-key")
    case .invalid(let message, _, _): return error(400, "invalid_request_error", message)
    case .unknownPath: return error(404, "not_found_error", "Not found")
    case .status(let status, let retryAfter, let quota):
      var rendered = status == 429 ? exhausted(quota) : scripted(status, model: model)
      guard let retryAfter else { return rendered }
      rendered.headers[.retryAfter] = retryAfter.shortDescription
      if status == 429 { rendered.headers.set("anthropic-ratelimit-requests-remaining", "0") }
      return rendered
    }
  }

  private func scripted(_ status: Int, model: String) -> RenderedError {
    switch status {
    case 400:
      error(400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum")
    case 401: error(401, "authentication_error", "invalid x-api-key")
    case 402: error(402, "billing_error", "Your account has an issue with billing.")
    case 403:
      error(403, "permission_error", "Your API key does not have permission to use the specified resource.")
    case 404: error(404, "not_found_error", "model: \(model)")
    case 408, 504: error(status, "timeout_error", "Request timed out.")
    case 413: error(413, "request_too_large", "Request exceeds the maximum size")
    case 422: error(422, "invalid_request_error", "The request could not be processed.")
    case 529: error(529, "overloaded_error", "Overloaded")
    default: error(status, "api_error", "Internal server error")
    }
  }

  private func exhausted(_ quota: Behaviour.Quota) -> RenderedError {
    let message =
      switch quota {
      case .minute:
        "This request would exceed your organization's rate limit of 50 requests per minute. For details, "
          + "refer to: https://docs.anthropic.com/en/api/rate-limits."
      case .day:
        "This request would exceed your organization's rate limit of 1000 requests per day. For details, "
          + "refer to: https://docs.anthropic.com/en/api/rate-limits."
      case .credit:
        "You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC."
      }
    return error(429, "rate_limit_error", message)
  }

  private func error(_ status: Int, _ type: String, _ message: String) -> RenderedError {
    RenderedError(
      status: status,
      body: ["type": "error", "error": ["type": .string(type), "message": .string(message)]])
  }
}
