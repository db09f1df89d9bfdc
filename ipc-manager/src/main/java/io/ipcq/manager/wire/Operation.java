// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a client can ask a server to do: the methods and operations of docs/protocol.md. */
public interface Operation {

    /** Its name on the wire; {@code COMPARE_AND_SET} is called {@code compareAndSet}. */
    String wire();

    /** The one of a kind that has a name on the wire; null if there is none. */
    static <O extends Enum<O> & Operation> @Nullable O of(Class<O> kind, String wire) {
        for (O operation : kind.getEnumConstants()) {
            if (operation.wire().equals(wire)) {
                return operation;
            }
        }
        return null;
    }

    private static String wire(Enum<?> constant) {
        return Pattern.compile("_(.)")
                .matcher(constant.name().toLowerCase(Locale.ROOT))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    /** A server, whatever has been opened there. */
    enum OfServer implements Operation {
        PING,
        NAMES,
        LOCKS,
        REVOKE,
        OPEN,
        CLOSE,
        CANCEL,
        ARRIVED,
        SHUTDOWN;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A queue of either kind; from {@code receive} on, only a durable one. */
    enum OfQueue implements Operation {
        PUT,
        GET,
        PUT_ALL,
        DRAIN,
        ITEMS,
        LOOK,
        SIZE,
        FULL,
        IS_SHUTDOWN,
        STATS,
        TASK_DONE,
        SHUTDOWN,
        DELETE,
        JOIN,
        READY,
        RECEIVE,
        ACK,
        RENEW,
        TAKE,
        NACK,
        RELEASE,
        FLUSH,
        REOPEN,
        OPTIONS,
        ALTER;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A map, a namespace and a set. */
    enum OfMap implements Operation {
        GET,
        REMOVE,
        CONTAINS_KEY,
        PUT,
        PUT_IF_ABSENT,
        REPLACE,
        REMOVE_VALUE,
        REPLACE_VALUE,
        CONTAINS_VALUE,
        PUT_ALL,
        CONTAINS_ALL,
        REMOVE_ALL,
        RETAIN_ALL,
        ENTRIES,
        SIZE,
        CLEAR,
        PAGE;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A list. */
    enum OfList implements Operation {
        GET,
        REMOVE,
        SET,
        INSERT,
        APPEND,
        ITEMS,
        SIZE,
        CLEAR,
        PAGE,
        SPLICE;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** An array and a value. */
    enum OfArray implements Operation {
        GET,
        SET,
        COMPARE_AND_SET,
        SET_ALL,
        FILL,
        PAGE;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A counter. */
    enum OfCounter implements Operation {
        GET,
        SET,
        ADD,
        COMPARE_AND_SET;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A lock with its conditions. */
    enum OfLock implements Operation {
        LOCK,
        UNLOCK,
        AWAIT,
        SIGNAL,
        SIGNAL_ALL,
        IS_LOCKED;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A semaphore. */
    enum OfSemaphore implements Operation {
        ACQUIRE,
        RELEASE,
        AVAILABLE;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A latch. */
    enum OfLatch implements Operation {
        COUNT_DOWN,
        COUNT,
        AWAIT;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** An event. */
    enum OfEvent implements Operation {
        SET,
        CLEAR,
        IS_SET,
        AWAIT;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** A barrier. */
    enum OfBarrier implements Operation {
        AWAIT,
        RESET,
        ABORT,
        IS_BROKEN,
        WAITING;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }

    /** An object of a type of the program's own. */
    enum OfObject implements Operation {
        CALL;

        private final String wire = Operation.wire(this);

        @Override
        public String wire() {
            return wire;
        }
    }
}
