import NIOCore
import Shared

/// What a client submits to `POST /query` or `POST /jobs`, validated.
///
/// The values before anything is read are the defaults that the documentation shows.
struct Submission: Sendable {
  var prompt: String?
  var messages: [Turn]?
  var system: String?
  var model = "default"
  var maxTokens: Int
  var temperature = 0.7
  /// Nil leaves it to the provider.
  var topP: Double?
  var stop: [String] = []
  var seed: Int64?
  var cache = CacheMode.use
  /// Whether the answer is told while it comes.
  var stream = false
  /// Whether an answer that breaks off may begin anew.
  var restartStream = false
  var lane: Lane
  /// Whether the client chose the lane.
  private(set) var isLaneNamed = false
  /// The lane as the client chooses it.
  var chosenLane: Lane {
    get { lane }
    set { (lane, isLaneNamed) = (newValue, true) }
  }
  /// Up to 16 pairs; every value is a string.
  var metadata: JSONObject = [:]
  /// How long the job may wait for its start, from the end of its delay.
  var expiresIn: Duration
  /// How long nobody may start it.
  var delay = Duration.zero
  /// Who is called once the job has ended.
  var callbackURL: CallbackURL?

  /// The defaults under the configured limits.
  init(lane: Lane, limits: RequestLimits) {
    self.lane = lane
    maxTokens = min(256, limits.maxTokens)
    expiresIn = limits.jobExpiresIn
  }

  /// The part that a model is asked: `system` stands before the conversation. Its answer is bounded to a few hundred
  /// tokens where the client does not say, so they are not to be spent on thoughts.
  var conversation: Conversation {
    var parameters = Parameters(
      maxTokens: maxTokens, temperature: temperature, topP: topP, stop: stop, seed: seed)
    parameters.savesThoughts = true
    return Conversation(model: model, turns: turns, parameters: parameters)
  }

  var streaming: StreamMode? { stream ? (restartStream ? .restart : .deltas) : nil }

  private var turns: [Turn] {
    let said = messages ?? [Turn(role: .user, text: prompt ?? "")]
    // A blank system message says nothing, and some providers refuse one.
    guard let system, !system.isBlank else { return said }
    return [Turn(role: .system, text: system)] + said
  }
}
