// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.codec.Codec;
import io.ipcq.memory.WaitStrategy;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A queue as a line of text, {@code blocking utf8 b47f.. /dev/shm/ipcq-queue-..}. It passes a queue on as
 * {@link java.io.Serializable} handles do, but without Java serialization, which takes a JVM that has just started
 * longer than opening the queue.
 *
 * <p>A link has the id of its queue, so it does not lead to another queue that has taken its place. Only queues in
 * memory whose elements are text or bytes have links. The codecs of other queues cannot be named.
 *
 * <p>Thread-safe: nothing is shared. Process-safe: a link means the same in every process of this user on this machine.
 * Survives a crash: if its queue does.
 */
public final class QueueLink {

    private static final String BLOCKING = "blocking";
    private static final String SPINNING = "spinning";
    private static final String BACKOFF = "backoff";
    private static final String UTF8 = "utf8";
    private static final String BYTES = "bytes";

    private QueueLink() {}

    /**
     * The link of a queue; null if it has none.
     *
     * @throws QueueClosedException if the queue is closed here or deleted
     */
    public static @Nullable String of(SharedQueue<?> queue) {
        if (!(queue instanceof RingQueue<?> ring)) {
            return null;
        }
        ring.requireOpenToPassOn();
        String wait = nameOf(ring.waitStrategy());
        String codec = nameOf(ring.codec());
        return wait == null || codec == null
                ? null
                : String.join(
                        " ",
                        wait,
                        codec,
                        Long.toHexString(ring.id()),
                        ring.directory().toString());
    }

    /**
     * Attaches to the queue that a link names, with the same codec and the same way of waiting.
     *
     * @throws IllegalArgumentException if the text is not a link
     * @throws IOException as opening a queue does
     */
    public static SharedQueue<?> open(String link) throws IOException {
        String[] parts = link.split(" ", 4);
        if (parts.length < 4) {
            throw invalid(link);
        }
        WaitStrategy wait = waitStrategy(parts[0], link);
        Codec<?> codec = codec(parts[1], link);
        return RingQueue.openSame(Path.of(parts[3]), id(parts[2], link), codec, wait);
    }

    private static long id(String text, String link) {
        try {
            return Long.parseUnsignedLong(text, 16);
        } catch (NumberFormatException e) {
            throw invalid(link);
        }
    }

    private static @Nullable String nameOf(WaitStrategy strategy) {
        if (strategy == WaitStrategy.blocking()) {
            return BLOCKING;
        }
        if (strategy == WaitStrategy.spinning()) {
            return SPINNING;
        }
        return strategy == WaitStrategy.backoff() ? BACKOFF : null;
    }

    private static @Nullable String nameOf(Codec<?> codec) {
        if (Codec.utf8().equals(codec)) {
            return UTF8;
        }
        return Codec.bytes().equals(codec) ? BYTES : null;
    }

    private static WaitStrategy waitStrategy(String name, String link) {
        return switch (name) {
            case BLOCKING -> WaitStrategy.blocking();
            case SPINNING -> WaitStrategy.spinning();
            case BACKOFF -> WaitStrategy.backoff();
            default -> throw invalid(link);
        };
    }

    private static Codec<?> codec(String name, String link) {
        return switch (name) {
            case UTF8 -> Codec.utf8();
            case BYTES -> Codec.bytes();
            default -> throw invalid(link);
        };
    }

    private static IllegalArgumentException invalid(String link) {
        return new IllegalArgumentException("not the link of a queue: link=" + link
                + ", expected=WAIT CODEC ID DIRECTORY; take it from QueueLink.of");
    }
}
