#!/usr/bin/env python3
"""Listens at a Unix socket and answers as an engine might, or as none should.

    fake_engine.py SOCKET KIND

HTTP/2 is written here frame by frame (RFC 9113), as far as a daemon's answer to one call needs it."""

import json
import os
import socket
import sys
import threading

FLAG = "privileged_without_host_devices"


def config(flag):
    """What containerd shows of its own, as far as it matters here."""
    return json.dumps({"containerd": {"defaultRuntimeName": "runc", "runtimes": {
        "kata": {"runtimeType": "io.containerd.kata.v2", FLAG: flag},
        "runc": {"runtimeType": "io.containerd.runc.v2", FLAG: False}}}}).encode()


CONFIG = config(True)

# Of the form that CRI-O 1.37 gave: the flag is there only where it is true.
CRIO = """[crio]
  root = "/var/lib/containers/storage"
  [crio.runtime]
    default_runtime = "crun"
    [crio.runtime.runtimes]
      [crio.runtime.runtimes.crun]
        runtime_path = "/usr/bin/crun"
        runtime_type = "oci"
      [crio.runtime.runtimes.kata]
        runtime_path = "/usr/bin/containerd-shim-kata-v2"
        runtime_type = "vm"
"""
DATA, HEADERS, SETTINGS, PING, GOAWAY = 0, 1, 4, 6, 7
END_STREAM, ACK, END_HEADERS = 1, 1, 4


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def headers(stream, block=b"\x88", end=True, **fields):
    """Behind a status of 200, or as a trailer; literals that nobody is to remember."""
    for name, value in fields.items():
        name, value = name.replace("_", "-").encode(), str(value).encode()
        block += b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


def varint(number):
    encoded = b""
    while number > 0x7f:
        encoded += bytes([number & 0x7f | 0x80])
        number >>= 7
    return encoded + bytes([number])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def message(config=CONFIG):
    """A StatusResponse with its prefix."""
    body = (field(1, field(1, b"RuntimeReady") + b"\x10\1")
            + field(2, field(1, b"golang") + field(2, b"go1.24"))
            + field(2, field(1, b"config") + field(2, config)))
    return b"\0" + len(body).to_bytes(4, "big") + body


def served(stream, body):
    return (headers(stream, end=False, content_type="application/grpc")
            + frame(DATA, 0, stream, body[:40]) + frame(DATA, 0, stream, body[40:])
            + headers(stream, b"", grpc_status=0))


def refused(stream, status, text=""):
    return headers(stream, content_type="application/grpc", grpc_status=status, grpc_message=text)


def old(stream):
    """Before 1.6: v1 is not known, v1alpha2 is."""
    return refused(stream, 12, "unknown service runtime.v1.RuntimeService") if stream == 1 \
        else served(stream, message())


# What comes back on a stream; for the connection as a whole it is stream 1 first, then 3.
GRPC = {
    "right": lambda stream: served(stream, message()),
    "stale": lambda stream: served(stream, message(config(False))),
    "old": old,
    "no-cri": lambda stream: refused(stream, 12, "unknown service runtime.v1.RuntimeService"),
    "not-ready": lambda stream: refused(stream, 14, "server is not initialized yet"),
    "compressed": lambda stream: served(stream, b"\1" + message()[1:]),
    "too-short": lambda stream: served(stream, message()[:-1]),
    "no-config": lambda stream: served(stream, message(b"[1, 2")),
    "deep": lambda stream: served(stream, message(b'{"containerd":' * 9 + b"[" * 16000)),
    "pings": lambda stream: frame(PING, 0, 0, b"12345678") + served(stream, message()),
    "goes-away": lambda stream: frame(GOAWAY, 0, 0, bytes(8)),
}


def read_request(connection):
    """Reads frames until a client's stream ends; its number."""
    def exactly(count):
        read = b""
        while len(read) < count:
            more = connection.recv(count - len(read))
            if not more:
                raise ConnectionError
            read += more
        return read

    while True:
        head = exactly(9)
        exactly(int.from_bytes(head[:3], "big"))
        if head[3] in (DATA, HEADERS) and head[4] & END_STREAM:
            return int.from_bytes(head[5:], "big")


def speak_http2(connection, answer):
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    assert connection.recv(len(preface), socket.MSG_WAITALL) == preface
    connection.sendall(frame(SETTINGS, 0, 0))
    while True:
        connection.sendall(answer(read_request(connection)))


def speak_http(connection, kind):
    request = connection.recv(4096)
    assert request.startswith(b"GET /config HTTP/1.0\r\n"), request
    text = CRIO
    if kind == "crio-true":
        text += f"        {FLAG} = true\n"
    if kind == "crio-odd":
        text = "[crio\n"
    status = "404 Not Found" if kind == "crio-404" else "200 OK"
    connection.sendall(f"HTTP/1.0 {status}\r\nContent-Type: application/toml\r\n\r\n{text}".encode())


def answer_one(connection, kind):
    try:
        with connection:
            if kind in GRPC:
                speak_http2(connection, GRPC[kind])
            elif kind.startswith("crio-"):
                speak_http(connection, kind)
            elif kind == "silent":
                threading.Event().wait()
            elif kind == "garbage":
                connection.sendall(os.urandom(4096))
            elif kind == "megabytes":  # answers to pings, which may come at any time
                connection.sendall(frame(SETTINGS, 0, 0))
                while True:
                    connection.sendall(frame(PING, ACK, 0, bytes(8)) * 4000)
            elif kind == "drips":
                while not threading.Event().wait(0.05):
                    connection.sendall(frame(SETTINGS, 0, 0))
            elif kind != "hangs-up":
                sys.exit(f"no such kind: {kind}")
    except OSError:
        pass  # the other side is through


def main():
    path, kind = sys.argv[1:3]
    if len(sys.argv) > 3:
        os.setuid(int(sys.argv[3]))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o666)
    listener.listen()
    while True:
        threading.Thread(target=answer_one, args=(listener.accept()[0], kind), daemon=True).start()


if __name__ == "__main__":
    main()
