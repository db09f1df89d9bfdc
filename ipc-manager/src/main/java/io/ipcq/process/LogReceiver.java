// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.Log;
import io.ipcq.codec.Codec;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueLink;
import io.ipcq.queue.QueueStorageException;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parent's end of the ring through which a child sends its log records, and the thread that reads it until the
 * child has ended.
 */
final class LogReceiver extends Thread {

    private static final int RING_BYTES = 1 << 18;

    /**
     * How long a logger may take for a record. If it takes longer, the end of the child is reported without waiting for
     * it.
     */
    private static final long PATIENCE_MILLIS = 2_000;

    private final String child;
    private final System.Logger.Level level;
    private final SharedQueue<byte[]> ring;
    private volatile int passedOn;
    private volatile boolean givenUp;

    private LogReceiver(String child, System.Logger.Level level, SharedQueue<byte[]> ring) {
        super("ipcq-log-" + child);
        this.child = child;
        this.level = level;
        this.ring = ring;
        setDaemon(true);
    }

    /** Makes a receiver; null if no records are wanted. */
    static @Nullable LogReceiver of(String child, System.Logger.Level level) throws IOException {
        if (level == System.Logger.Level.OFF) {
            return null;
        }
        return new LogReceiver(
                child,
                level,
                SharedQueue.builder(Codec.bytes()).capacityBytes(RING_BYTES).create());
    }

    System.Logger.Level level() {
        return level;
    }

    /** The link by which the child opens the ring. */
    String link() {
        return Objects.requireNonNull(QueueLink.of(ring));
    }

    @Override
    public void run() {
        try (ring) {
            int count = 0;
            for (byte[] record : ring.consume()) {
                publish(record);
                passedOn = ++count;
            }
        }
    }

    private void publish(byte[] record) {
        try {
            ChildLogs.receive(child, record);
        } catch (Throwable damaged) {
            Log.of(LogReceiver.class).warn("a log record of a child is lost: child={}", child, damaged);
        }
    }

    /** Called when the child has ended. This thread reads the records that the child has sent, and then ends. */
    void end() {
        try {
            ring.shutdown();
        } catch (QueueClosedException | QueueStorageException nothingMore) {
            // the ring was never read, or somebody has cut it short
        }
    }

    /** After {@link #end}: waits until all records are passed on, or the logger takes none for too long. */
    void awaitEnd() throws InterruptedException {
        awaitEnd(PATIENCE_MILLIS);
    }

    void awaitEnd(long patienceMillis) throws InterruptedException {
        while (isAlive() && !givenUp) {
            int before = passedOn;
            join(patienceMillis);
            givenUp = before == passedOn; // later callers do not wait, either
        }
    }

    /** Closes the ring when the child could not be started. */
    void close() {
        ring.close();
    }
}
