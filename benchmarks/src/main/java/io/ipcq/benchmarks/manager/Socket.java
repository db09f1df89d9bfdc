// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks.manager;

/** What kind of socket both sides use. */
enum Socket {
    /** A Unix-domain one, which is what Python's {@code Manager()} takes unless told otherwise. */
    UNIX,
    /** TCP over the loopback interface, without Nagle's algorithm. */
    TCP
}
