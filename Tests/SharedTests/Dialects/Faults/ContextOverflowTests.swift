import Testing

@testable import Shared

@Suite("Conversations that are too long, as servers say it")
struct ContextOverflowTests {
  private func code(_ message: String, _ code: String? = nil) -> String? {
    ContextOverflow.named(ProviderError(message: message, code: code)).code
  }

  @Test(
    "a sentence alone has OpenAI's code, also behind a code that says nothing",
    arguments: [
      (
        "Gemini",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
      ),
      (
        "Vertex",
        "Unable to submit request because the input token count is 38867 but model only supports up to 32768. Reduce the input token count and try again."
      ),
      (
        "Anthropic",
        "prompt is too long: 210000 tokens > 200000 maximum"
      ),
      (
        "Anthropic, with its limit",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again"
      ),
      (
        "Groq",
        "Please reduce the length of the messages or completion."
      ),
      (
        "Together",
        "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000"
      ),
      (
        "TGI",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 20 `max_new_tokens`"
      ),
      (
        "Cohere",
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000."
      ),
      (
        "Ollama",
        "the input length exceeds the context length"
      ),
      (
        "Ollama's chat",
        "prompt too long; exceeded max context length by 4 tokens"
      ),
      (
        "Moonshot",
        "Invalid request: Your request exceeded model token limit: 8192"
      ),
      (
        "Zhipu",
        "Prompt exceeds max length"
      ),
      (
        "MiniMax",
        "invalid params, context window exceeds limit (2013)"
      ),
      (
        "DashScope",
        "Range of input length should be [1, 30720]"
      ),
      (
        "vLLM",
        "This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens. Please reduce the length of the input messages."
      ),
      (
        "vLLM of old",
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens."
      ),
      (
        "SGLang",
        "The input (5000 tokens) is longer than the model's context length (4096 tokens)."
      ),
      (
        "SGLang, with the answer",
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens: 4900 tokens from the input messages and 100 tokens for the completion."
      ),
      (
        "OpenRouter",
        "This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens (139000 of text input, 1000 in the output)."
      ),
      (
        "OpenAI",
        "Your input exceeds the context window of this model. Please adjust your input and try again."
      ),
      (
        "OpenAI's embeddings",
        "Invalid 'input[0]': maximum input length is 8192 tokens."
      ),
      (
        "Copilot",
        "prompt token count of 130000 exceeds the limit of 128000"
      ),
      (
        "Cloudflare",
        "The estimated number of input and maximum output tokens (9000) exceeded this model context window limit (7968)."
      ),
      (
        "LM Studio",
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input"
      ),
      (
        "LM Studio, too much to keep",
        "The number of tokens to keep from the initial prompt is greater than the context length."
      ),
      (
        "llama.cpp",
        "the request exceeds the available context size, try increasing it"
      ),
      (
        "Mistral",
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"
      ),
      (
        "xAI",
        "This model's maximum prompt length is 131072 but the request contains 140000 tokens."
      ),
      (
        "Bedrock",
        "The model returned the following errors: Input is too long for requested model."
      ),
      (
        "Nova",
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length."
      ),
      (
        "watsonx",
        "the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model"
      ),
      (
        "DeepSeek",
        "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (69000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion."
      ),
      (
        "Fireworks",
        "The prompt is too long: 140000, model maximum context length: 131071"
      ),
      (
        "SambaNova",
        "Requested generation length and prompt exceeds model context"
      ),
    ])
  func overflows(server: String, sentence: String) {
    for vague in [nil, "400", "invalid_request_error", "InvalidParameter", "BadRequestError"] {
      #expect(code(sentence, vague) == "context_length_exceeded", "\(server)")
    }
    #expect(code(sentence, "model_max_prompt_tokens_exceeded") == "model_max_prompt_tokens_exceeded")
  }

  @Test(
    "what else is too much, or speaks of a context, has none",
    arguments: [
      "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.",
      "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens",
      "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
      "Range of max_tokens should be [1, 8192]",
      "Request too large for model `x` in organization `org` on tokens per minute (TPM): Limit 6000, Requested 9000",
      "This request would exceed your organization's rate limit of 40,000 input tokens per minute",
      "context_length must be an integer",
      "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760",
      "Invalid 'input[0].content': string too long. Expected a string with maximum length 10485760",
      "messages.0.content.0.image: image exceeds 5 MB maximum: 6000000 bytes > 5242880 bytes",
      "tools.0.custom.input_schema: the description is too long: 2000 of 1024",
      "Invalid 'prompt_cache_key': too long, its length is 70",
      "You exceeded your current quota in the context of this prompt's tokens",
    ])
  func others(sentence: String) {
    #expect(code(sentence) == nil)
  }
}
