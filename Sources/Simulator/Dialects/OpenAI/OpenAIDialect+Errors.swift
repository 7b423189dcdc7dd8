import HTTPTypes
import Shared

extension OpenAIDialect {
  func render(_ refusal: Refusal, model: String) -> RenderedError {
    switch refusal {
    case .missingKey:
      let message =
        provider == .openrouter
        ? "No auth credentials found"
        : "You didn't provide an API key. Send it as Authorization: Bearer YOUR_KEY."
      return error(
        401, message, type: "invalid_request_error", code: provider == .groq ? "invalid_api_key" : nil)
    case .invalidKey:
      return render(.status(401, retryAfter: nil), model: model)
    case .invalid(let message, let parameter, let code):
      return error(400, message, type: "invalid_request_error", parameter: parameter, code: code)
    case .unknownPath:
      return error(
        404, "Unknown request URL. Please check the URL for typos.", type: "invalid_request_error",
        code: "unknown_url")
    case .status(let status, let retryAfter, let quota):
      var rendered = status == 429 ? exhausted(quota, model: model) : scripted(status, model: model)
      guard let retryAfter else { return rendered }
      rendered.headers[.retryAfter] = retryAfter.shortDescription
      if provider == .groq, status == 429 {
        // Groq counts requests by day and tokens by minute.
        let kind = quota == .minute ? "tokens" : "requests"
        rendered.headers.set("x-ratelimit-remaining-\(kind)", "0")
        rendered.headers.set("x-ratelimit-reset-\(kind)", "\(retryAfter.shortDescription)s")
      }
      return rendered
    }
  }

  private func scripted(_ status: Int, model: String) -> RenderedError {
    let invalid = "invalid_request_error"
    let server = provider == .groq ? "internal_server_error" : "server_error"
    switch status {
    case 400:
      return error(
        400, "Please reduce the length of the messages or completion.", type: invalid, parameter: "messages",
        code: "context_length_exceeded")
    case 401:
      let message = provider == .openrouter ? "User not found." : "Invalid API Key"
      return error(401, message, type: invalid, code: "invalid_api_key")
    case 402:
      return error(
        402, "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
        type: "billing_error")
    case 403:
      return error(
        403, "Access denied. Please check your network settings.", type: "permissions_error",
        code: "forbidden")
    case 404:
      return error(
        404, "The model `\(model)` does not exist or you do not have access to it.", type: invalid,
        code: "model_not_found")
    case 408: return error(408, "Your request timed out", type: "timeout", code: "request_timeout")
    case 413:
      return error(413, "Request too large for model `\(model)`", type: "tokens", code: "rate_limit_exceeded")
    case 422: return error(422, "The request was well-formed but could not be processed.", type: invalid)
    case 498: return error(498, "Flex tier capacity exceeded", type: invalid, code: "capacity_exceeded")
    case 503:
      return error(
        503, "\(model) is currently over capacity. Please try again and back off exponentially.", type: server
      )
    case 529: return error(529, "Overloaded", type: "overloaded_error")
    case 500: return error(500, "Internal Server Error", type: server)
    default: return error(status, "Provider returned error", type: server)
    }
  }

  private func exhausted(_ quota: Behaviour.Quota, model: String) -> RenderedError {
    switch (quota, provider) {
    case (.credit, _):
      return error(
        429,
        "You exceeded your current quota, please check your plan and billing details. For more information "
          + "on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
        type: "insufficient_quota", code: "insufficient_quota")
    case (.day, .openrouter): return error(429, "Rate limit exceeded: free-models-per-day.", type: "requests")
    case (.day, _):
      return error(
        429,
        "Rate limit reached for model `\(model)` on requests per day (RPD): Limit 1000, Used 1000, "
          + "Requested 1. Please try again later.", type: "requests", code: "rate_limit_exceeded")
    case (.minute, _):
      return error(
        429,
        "Rate limit reached for model `\(model)` on tokens per minute (TPM): Limit 6000, Used 5940, "
          + "Requested 120. Please try again later.", type: "tokens", code: "rate_limit_exceeded")
    }
  }

  /// OpenRouter's errors have an integer code and no type.
  private func error(
    _ status: Int, _ message: String, type: String, parameter: String? = nil, code: String? = nil
  ) -> RenderedError {
    var error: JSONObject = ["message": .string(message)]
    if provider == .openrouter {
      error["code"] = .integer(Int64(status))
      if status >= 500 || status == 429 {
        error["metadata"] = ["provider_name": "Simulator", "raw": .string(message)]
      }
    } else {
      error["type"] = .string(type)
      if let parameter {
        error["param"] = .string(parameter)
      } else if provider == .openai {
        error["param"] = .null
      }
      if let code { error["code"] = .string(code) } else if provider == .openai { error["code"] = .null }
    }
    return RenderedError(status: status, body: ["error": .object(error)])
  }
}
