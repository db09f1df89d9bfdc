// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

/** Numbers and names of docs/protocol.md. */
public final class Protocol {

    public static final int VERSION = 1;

    public static final int PARSE_ERROR = -32700;
    public static final int INVALID_REQUEST = -32600;
    public static final int NO_METHOD = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL = -32603;
    public static final int NOT_OPEN = -32000;
    public static final int FORBIDDEN = -32001;
    public static final int LIMIT = -32002;
    public static final int CANCELLED = -32003;
    public static final int SHUT_DOWN = -32004;
    public static final int STATE = -32005;
    public static final int BROKEN = -32006;
    public static final int TOO_LARGE = -32007;
    public static final int THROWN = -32008;
    public static final int MISMATCH = -32009;
    public static final int NOT_THERE = -32010;
    public static final int STORAGE = -32011;

    /** The member of a storage error's data that says how many elements were put. */
    public static final String PUT = "put";

    /** How long the strings may be by which a client names its calls, threads and conditions. */
    public static final int MAX_LABEL_CHARS = 100;

    /** How many calls of one client may wait at a time. */
    public static final int MAX_WAITING_CALLS = 1024;

    /** How many results of one client may wait to be confirmed. */
    public static final int MAX_UNCONFIRMED = 1024;

    /** How many replies may wait for a client that does not read, before it is cut off. */
    public static final int MAX_UNREAD_REPLIES = 4096;

    /** How many entries a map, a list or a namespace may have. */
    public static final int MAX_ITEMS = 1_000_000;

    /** How many rows the answer of {@code names} or {@code locks} has at most. */
    public static final int MAX_NAMES = 10_000;

    /** How long a row of {@code names} is at most. */
    public static final int NAME_BYTES = 256;

    /** How many holders and conditions a row of {@code locks} names. */
    public static final int MAX_HOLDERS = 16;

    /** How long a row of {@code locks} is at most. */
    public static final int LOCK_BYTES = 24 << 10;

    private Protocol() {}
}
