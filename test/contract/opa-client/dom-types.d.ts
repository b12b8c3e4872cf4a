/** The client's types name these types of the DOM, which the types of Node 20 leave out. */
type RequestInfo = string | URL | Request;
type HeadersInit = [string, string][] | Record<string, string> | Headers;
