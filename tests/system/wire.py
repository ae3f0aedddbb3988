"""HTTP/1.1 over a raw socket: sends exactly the given bytes, and reads answers strictly."""

import json
import select
import socket

TIMEOUT_S = 60


class NoAnswer(Exception):
    """The peer closed or reset the connection before or within an answer."""


class Response:
    def __init__(self, version, status, headers, body):
        self.version = version
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The value of a field, which may occur once; None if it is missing."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} is there {len(values)} times: {values}")
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    @property
    def closes(self):
        return (self.header("Connection") or "").lower() == "close"

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body!r}>"


def request_bytes(target="/stripe/webhook", headers=(), body=b"", *, method="POST",
                  version="HTTP/1.1", length=None, host=True):
    """A request. `length` overrides the Content-Length (False: none at all)."""
    lines = [f"{method} {target} {version}"]
    if host:
        lines.append("Host: localhost")
    if length is not False:
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body, size=65536):
    """`body` in the chunked coding, the last chunk included."""
    parts = [body[i:i + size] for i in range(0, len(body), size)]
    coded = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return coded + b"0\r\n\r\n"


class Connection:
    """A connection to a port of this machine, or to a socket file."""

    def __init__(self, port, timeout=TIMEOUT_S):
        if isinstance(port, int):
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(port)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """Sends all data; ignores it if the peer has already answered and closed the connection."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def silent(self, seconds):
        """True if nothing arrives for so long: to assert that an answer is NOT there yet."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError as reset:
            raise NoAnswer(f"connection reset, after {self.buffer!r}") from reset
        if not data:
            raise NoAnswer(f"connection closed, after {self.buffer!r}")
        self.buffer += data

    def read_head(self):
        """Status line and header of an answer; its body, if it has one, is not read."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        version, status, *_ = first.split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), f"no status line: {first!r}"
        headers = []
        for field in fields:
            name, colon, value = field.partition(":")
            assert colon and name == name.strip(), f"not a header field: {field!r}"
            headers.append((name, value.strip()))
        return Response(version, int(status), headers, b"")

    def read(self, content=True):
        """One answer, an interim one (1xx) included. `content`: False for the answer to HEAD."""
        answer = self.read_head()
        if answer.status >= 200 and content:
            length = answer.header("Content-Length")
            assert length is not None, f"an answer without Content-Length: {answer}"
            while len(self.buffer) < int(length):
                self._more()
            answer.body, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return answer

    def at_end(self):
        """True if the peer closes the connection, in time, without sending anything more."""
        try:
            return not self.buffer and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def request(self, *args, **options):
        self.send(request_bytes(*args, **options))
        return self.read(content=options.get("method") != "HEAD")

    def get(self, target):
        return self.request(target, method="GET", length=False)
