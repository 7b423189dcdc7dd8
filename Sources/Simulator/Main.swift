import Shared
@main struct Main { static func main() { } }
