# SPDX-License-Identifier: Apache-2.0
"""A client of an ipcq manager, for any Python 3 and with nothing but its standard library; written from docs/protocol.md.

    python3 ipcq_client.py ADDRESS KEYFILE put QUEUE TEXT...
    python3 ipcq_client.py ADDRESS KEYFILE get QUEUE COUNT

ADDRESS is the path of a Unix-domain socket, or host:port; KEYFILE holds the bytes of the key.
"""

import hashlib
import hmac
import json
import os
import socket
import struct
import sys

CHALLENGE, WELCOME, SHA256 = b"#CHALLENGE#", b"#WELCOME#", b"{sha256}"


class Connection:
    """Whole messages over a socket, after both sides proved that they know the key."""

    def __init__(self, address, key):
        if ":" in address and not address.startswith("/"):
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)))
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        self.prove(key)
        self.demand(key)

    def prove(self, key):
        message = self.receive()
        if not message.startswith(CHALLENGE + SHA256):
            raise ConnectionError("this is no challenge for SHA-256")
        message = message[len(CHALLENGE):]
        self.send(SHA256 + hmac.new(key, message, hashlib.sha256).digest())
        if self.receive() != WELCOME:
            raise ConnectionError("the key was refused")

    def demand(self, key):
        message = SHA256 + os.urandom(40)
        self.send(CHALLENGE + message)
        wanted = SHA256 + hmac.new(key, message, hashlib.sha256).digest()
        if not hmac.compare_digest(self.receive(), wanted):
            self.send(b"#FAILURE#")
            raise ConnectionError("the manager does not know the key")
        self.send(WELCOME)

    def send(self, payload):
        self.socket.sendall(struct.pack("!i", len(payload)) + payload)

    def receive(self):
        length, = struct.unpack("!i", self.read(4))
        return self.read(length if length >= 0 else struct.unpack("!Q", self.read(8))[0])

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError("the manager is gone")
            data += more
        return data


class Manager:
    def __init__(self, address, key):
        self.connection = Connection(address, key)
        self.number = 0

    def call(self, method, *params):
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.connection.send(json.dumps(request).encode())
        answer = json.loads(self.connection.receive().decode())
        if "error" in answer:
            raise RuntimeError("%(code)d: %(message)s" % answer["error"])
        if method == "queue.get" and answer["result"] is not None:
            told = {"jsonrpc": "2.0", "method": "arrived", "params": [self.number]}
            self.connection.send(json.dumps(told).encode())
        return answer["result"]

    def queue(self, name):
        self.call("open", "queue", name, {"codec": "utf8"})
        return Queue(self, name)


class Queue:
    def __init__(self, manager, name):
        self.manager, self.name = manager, name

    def put(self, text, timeout_millis=None):
        return self.manager.call("queue.put", self.name, text, timeout_millis)

    def get(self, timeout_millis=None):
        return self.manager.call("queue.get", self.name, timeout_millis, True)


def main(address, key_file, action, name, *arguments):
    with open(key_file, "rb") as file:
        queue = Manager(address, file.read()).queue(name)
    if action == "put":
        for text in arguments:
            queue.put(text)
    else:
        for _ in range(int(arguments[0])):
            print(queue.get())


if __name__ == "__main__":
    main(*sys.argv[1:])
