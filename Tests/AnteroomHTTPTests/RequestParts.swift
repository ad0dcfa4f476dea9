/// What requests are made of. Lines that no good client sends stand beside those that every client sends.
extension RequestMaker {
  static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "POST", "GET"]
  static let oddMethods = [
    "CONNECT", "PRI", "SOURCE", "M-SEARCH", "MKCOL", "TRACE", "FOO", "get", "GET-", "-", "POSTT", "PROPFIND", "G\tT",
    "DESCRIBE", "PLAY", "QUERY", "",
  ]
  static let targets = [
    "/", "/v1/health", "/v1/meetings?limit=2&cursor=", "/a%00b", "/a;b=c", "/~!@$&'()*+,;=:", "/v1",
  ]
  static let oddTargets = [
    "*", "http://a/b", "https://a?b", "http://a", "HTTP://a/b", "//a/b", "/a b", "/#a", "a", "a:443", "/\u{7F}", "/é",
    "?a", "/\"<>\\^`{|}", "http:///", "http://a:b@c/d", "http://[::1]/", "http://", "/..//.", "/??", "ftp://a/", "",
    "http://a\\b/c", "http://a,b/", "http://a%41/b", "http://a\"b/", "http://?", "https:///?", "/\t",
  ]
  static let versions = [
    "HTTP/1.0", "HTTP/1.0", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.01", "HTTP/1.1 ", "",
    "HTTP/11", "ICE/1.0", "RTSP/1.0",
  ]
  static let fields = [
    "A: b", "A:b", "A: b ", "A:\tb\t", "A:", "A: ", "X-Say: a, b, c", "A: b\tc", "A: \u{E9}", "a!#$%&'*+-.^_`|~9: c",
    "Expect: 100-continue", "Upgrade: websocket", "Authorization: Bearer abc", "Content-Type: application/json",
    "Content-Lengt: 5", "Content-Length-: 5", "XContent-Length: 5", "Transfer-Encodin: chunked", "TE: trailers",
    "Trailer: A", "Proxy-Connection: close", "Keep-Alive: timeout=5", "Cookie: a=b; c=\"d\"", "Content_Length: 5",
    "A: \"b\\\"c\"", "Upgrade:", "A: b:c", "HTTP2-Settings: AAA",
  ]
  static let connections = [
    "close", "keep-alive", "close, keep-alive", "Keep-Alive, Close", "upgrade", "Upgrade, close", "close ", ",close",
    "close,", "closed", "xclose", "close;q=1", "\tclose", "close\t", "keep-alive, x, close", "close x", "", ",", "clos",
    " close , te", "close,close", "cl ose", "te, keep-alive", "close\t,te", "\"close\"", "keep-alive close", "x close",
    "x\tclose", "te,\tclose", "te ,close",
  ]
  static let codings = [
    "chunked", "CHUNKED", "chunked, chunked", "gzip, chunked", "chunked, gzip", "identity", "chunked;q=1", "\tchunked",
    "xchunked", "chunked,", ",chunked", "chunked\t", "chun ked", "", "\u{B}chunked", "chunked\u{B}", "\"chunked\"",
    "identity, chunked", "chunkedd", "chunke",
  ]
  static let lengths = [
    "N", "0N", "000000000000000000000000N", "+N", "-N", "N, N", "N,", "0xN", "N.0", "Ne0", " N", "N ", "\tN\t", "",
    "N N",
    "18446744073709551616", "18446744073709551621", "9223372036854775808", "4294967301", "99999999999999999999999999",
    "65537", "0", "1", "N\u{B}", "\u{663}", "N;a", "N_0",
  ]
  static let framingLines = [
    "Content-Length : N", "Content-Length:N", "Content-Length\t: N", " Content-Length: N", "content-length: N",
    "Content-Length: \r\n N", "Transfer-Encoding : chunked", "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding:chunked", "\tTransfer-Encoding: chunked", "Transfer-Encoding\u{0}: chunked",
    "Content-Length: N\r\nContent-Length: N", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "A: b\rContent-Length: N", "A: b\nContent-Length: N",
    "A: b\u{0}\r\nContent-Length: N",
  ]
  static let extensions = [
    ";a", ";a=b", ";a=b;c=d", ";a=\"b\"", ";a=\"b;c\"", ";a=\"b\\\"c\"", ";a=\"", ";", ";;", ";=b", ";a=", " ;a", "; a",
    ";a =b", ";a= b", "\t;a", ";a\t", ";a ", ";\u{1}", ";\u{7F}", ";é", ";a=b,c", ";(a)", ";a=\"b\"c", ";a=\"\u{1}\"",
    ";a=\"é\"", ";a=\"\\\u{1}\"", ";a\"b\"", ";a==b", ";a=\"b\" ;c", ";a=\"b\";", ";a=b;", ";a;b", ";\"", ";a=b=c",
    ";a=\t", ";a=\"\"", ";/", ";a=[b]", ";a=\"\\", ";a=\"\\\"", ";{", ";a=\\b",
  ]
  static let sizes = [
    "0xN", "+N", "-N", " N", "N ", "\tN", "N\t", "N\u{0}", "N\u{B}", "ffffffffffffffff", "10000000000000000",
    "10000000000000000N", "8000000000000000", "7fffffffffffffff", "N,", "", ";a", "Ng", "1_0", "10001", "ffffffff",
  ]
  static let trailers = [
    "A: b", "A:", "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "A b: c", "A", ": b", " A: b", "A : b",
    "A: \u{1}", "A: b\tc", "Connection: close", "Connection: keep-alive", "Upgrade: a", "A:\r\n b",
    "Connection: upgrade",
  ]
  static let bytes: [UInt8] = [0, 1, 9, 10, 11, 12, 13, 32, 34, 44, 45, 48, 58, 59, 61, 92, 127, 128, 255]
  static let splices = [
    "\r\n", "\n", "\r", "\r\n\r\n", "\n\n", "\r\r\n", "\r\n ", "\r\n\t", "\u{0}", " ", "\t", "0\r\n\r\n",
    "\r\nContent-Length: 5\r\n", "\r\nTransfer-Encoding: chunked\r\n", "GET / HTTP/1.1\r\nHost: c\r\n\r\n", ";", ":",
  ]
  static let lineEnds = ["\n", "\r", "\n\r", "\r\r\n", "\r\n\r\n", "\r\n ", " \r\n", "\t\r\n", "\u{0}\r\n", ""]
}
