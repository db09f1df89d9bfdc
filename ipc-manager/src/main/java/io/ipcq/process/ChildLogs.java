// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.queue.ElementTooLargeException;
import io.ipcq.queue.QueueLink;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a child's log records to its parent. The parent's logging library decides whether and where they are logged.
 * This class is public for code that sends the records in its own way, as pools do.
 *
 * <p>Thread-safe. Process-safe: it concerns one child, or its parent. If a child dies while it sends a record, that
 * record is lost.
 */
public final class ChildLogs {

    private static volatile @Nullable Consumer<byte[]> sender;
    private static volatile int threshold = System.Logger.Level.INFO.getSeverity();
    private static @Nullable IntConsumer thresholdListener; // guarded by the class

    private ChildLogs() {}

    /** JVM options of a child whose records are sent to its parent. */
    public static List<String> jvmOptions() {
        return List.of(
                "-Dslf4j.provider=io.ipcq.process.ChildLogProvider", // by name, because SLF4J may be missing
                "-Dslf4j.internal.verbosity=WARN", // else SLF4J prints which provider it was given
                "-Djava.util.logging.config.class=" + ChildLogSetup.class.getName());
    }

    /** For the child: from now on, {@code to} sends the records from this level on. */
    public static synchronized void send(Consumer<byte[]> to, System.Logger.Level from) {
        threshold = from.getSeverity();
        sender = to;
        if (thresholdListener != null) {
            thresholdListener.accept(threshold);
        }
    }

    /** The same through a ring. The first record opens the ring. */
    static void sendThrough(String link, System.Logger.Level from) {
        send(new ToRing(link), from);
    }

    /** For the parent: passes a record to the parent's logging, with the child's name before the text. */
    public static void receive(String child, byte[] record) {
        LogRelay.publish(child, LogEntry.of(record));
    }

    static synchronized void onThreshold(IntConsumer listener) {
        thresholdListener = listener;
        listener.accept(threshold);
    }

    /** Whether records of a severity, as {@link System.Logger.Level} counts, are wanted. */
    static boolean isWanted(int severity) {
        return severity >= threshold;
    }

    static void publish(LogEntry entry) {
        Consumer<byte[]> to = sender;
        if (to == null) {
            print(entry); // the child has no task yet
        } else {
            to.accept(entry.toBytes());
        }
    }

    private static void print(LogEntry entry) {
        System.err.println(entry.logger() + ": " + entry.text());
    }

    private static final class ToRing implements Consumer<byte[]> {

        private final String link;
        private @Nullable SharedQueue<byte[]> ring; // guarded by this, as is the next one
        private boolean sending;

        ToRing(String link) {
            this.link = link;
        }

        @Override
        public synchronized void accept(byte[] record) {
            if (sending) {
                print(LogEntry.of(record)); // what the ring itself has to say
                return;
            }
            sending = true;
            boolean interrupted = Thread.interrupted();
            try {
                put(record);
            } catch (IOException | InterruptedException | RuntimeException parentGone) {
                print(LogEntry.of(record));
            } finally {
                sending = false;
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @SuppressWarnings("unchecked") // the parent has made it so
        private void put(byte[] record) throws IOException, InterruptedException {
            if (ring == null) {
                ring = (SharedQueue<byte[]>) QueueLink.open(link);
            }
            try {
                ring.put(record);
            } catch (ElementTooLargeException tooLarge) {
                LogEntry entry = LogEntry.of(record);
                ring.put(new LogEntry(entry.library(), entry.level(), entry.logger(), entry.text(), Map.of(), null)
                        .toBytes());
            }
        }
    }
}
