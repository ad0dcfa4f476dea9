/// The version that this was built as: the daemon's, the client's and the package's.
package enum Version {
  package static let text = "0.1.0"
}
