# SPDX-License-Identifier: Apache-2.0
"""Python's manager: threads put and get one element at a time until the input ends, and count that in a gauge.

managers.py UNIX|TCP CLIENTS BYTES GAUGE FIRST SPACING
"""
import mmap
import multiprocessing.connection
import multiprocessing.managers
import os
import socket
import struct
import sys
import threading


def at_once(connect):
    def connected(*arguments):
        connection = connect(*arguments)
        with socket.socket(fileno=connection.fileno()) as raw:
            if raw.family == socket.AF_INET:
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.detach()
        return connection

    return connected


def call_for_ever(queue, size, gauge, place):
    message = b"x" * size
    calls = 0
    while True:
        queue.put(message)
        queue.get()
        calls += 2
        struct.pack_into("<q", gauge, place, calls)


if __name__ == "__main__":
    clients, size = int(sys.argv[2]), int(sys.argv[3])
    first, spacing = int(sys.argv[5]), int(sys.argv[6])
    wire = multiprocessing.connection
    wire.SocketClient = at_once(wire.SocketClient)
    wire.SocketListener.accept = at_once(wire.SocketListener.accept)
    with open(sys.argv[4], "r+b") as file:
        gauge = mmap.mmap(file.fileno(), 0)
    manager = multiprocessing.managers.SyncManager(("127.0.0.1", 0) if sys.argv[1] == "TCP" else None)
    manager.start()
    for number in range(clients):
        arguments = manager.Queue(), size, gauge, first + spacing * number
        threading.Thread(target=call_for_ever, args=arguments, daemon=True).start()
    sys.stdin.read()
    manager.shutdown()
    os._exit(0)
