// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

/** The first byte of a message in a worker's rings. The other parts follow in the order given. */
final class MessageKind {

    /**
     * Parent to worker: task, function, 1 if its bytes follow, invocation, context of logging, context of
     * tracing, [stateless, bytes,] arguments.
     */
    static final byte TASK = 1;

    /** Parent to worker: nothing follows. The worker ends. */
    static final byte STOP = 2;

    /** Parent to worker, through the control ring: task. */
    static final byte INTERRUPT = 3;

    /** Worker to parent: nothing follows. The initializer has returned. */
    static final byte READY = 4;

    /** Worker to parent: a failure. The initializer has thrown an exception. The worker ends. */
    static final byte START_FAILED = 5;

    /** Worker to parent: task, nanoseconds it took, values. */
    static final byte RESULT = 6;

    /** Worker to parent: task, nanoseconds it took, a failure. */
    static final byte FAILURE = 7;

    /** Worker to parent: task, 0. The worker does not know its function, or not any more. The task was not run. */
    static final byte UNKNOWN_FUNCTION = 8;

    /** Worker to parent: a log record. */
    static final byte LOG = 9;

    /**
     * A piece of a message that is too large for a ring. {@link #LAST_CHUNK} is its last piece. Pieces of two messages
     * never mix.
     */
    static final byte CHUNK = 10;

    static final byte LAST_CHUNK = 11;

    /** Never sent. It replaces a message that is too large for the memory of its reader. Task, nanoseconds. */
    static final byte TOO_LARGE = 12;

    /** Larger messages are sent in pieces. */
    static final int MAX_BYTES = 1 << 16;

    /** The offset of the result or failure in an answer. */
    static final int ANSWER_OFFSET = 1 + 2 * Long.BYTES;

    private static final int TASK_OFFSET = 1;
    private static final int NANOS_OFFSET = TASK_OFFSET + Long.BYTES;

    private MessageKind() {}

    static byte of(byte[] message) {
        return message[0];
    }

    /** The task number of a message that has one. */
    static long task(byte[] message) {
        return MessageReader.longAt(message, TASK_OFFSET);
    }

    /** How long the task of an answer took. */
    static long nanos(byte[] answer) {
        return MessageReader.longAt(answer, NANOS_OFFSET);
    }
}
