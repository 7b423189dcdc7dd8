/// How long one attempt to deliver a webhook may take.
struct CallbackTimeouts: Sendable, Hashable {
  /// For looking up the host, and again for TCP and TLS together.
  var connect = Duration.seconds(5)
  /// From the start of the attempt to the answer's last byte. Standard Webhooks advises 15 to 30 s.
  var total = Duration.seconds(15)
}
