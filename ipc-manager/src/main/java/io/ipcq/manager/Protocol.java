// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

/** Numbers and names of docs/protocol.md. */
final class Protocol {

    static final int VERSION = 1;

    static final int PARSE_ERROR = -32700;
    static final int INVALID_REQUEST = -32600;
    static final int NO_METHOD = -32601;
    static final int INVALID_PARAMS = -32602;
    static final int INTERNAL = -32603;
    static final int NOT_OPEN = -32000;
    static final int FORBIDDEN = -32001;
    static final int LIMIT = -32002;
    static final int CANCELLED = -32003;
    static final int SHUT_DOWN = -32004;
    static final int STATE = -32005;
    static final int BROKEN = -32006;
    static final int TOO_LARGE = -32007;
    static final int THROWN = -32008;
    static final int MISMATCH = -32009;
    static final int NOT_THERE = -32010;
    static final int STORAGE = -32011;

    /** What an error of the storage carries: how many elements were put. */
    static final String PUT = "put";

    /** How long the strings may be by which a client tells its calls, threads and conditions apart. */
    static final int MAX_LABEL_CHARS = 100;

    /** How many calls of one client may wait at a time. */
    static final int MAX_WAITING_CALLS = 1024;

    /** How many results of one client, each to be confirmed, may wait for that. */
    static final int MAX_UNCONFIRMED = 1024;

    /** How many replies may wait for a client that does not read, before it is cut off. */
    static final int MAX_UNREAD_REPLIES = 4096;

    /** How many entries a map, a list or a namespace may have. */
    static final int MAX_ITEMS = 1_000_000;

    /** How many names there are in one answer. */
    static final int MAX_NAMES = 10_000;

    /** How long one of these is, at most. */
    static final int NAME_BYTES = 256;

    private Protocol() {}
}
