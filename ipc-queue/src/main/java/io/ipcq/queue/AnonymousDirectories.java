// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.AtExit;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The place for queues without a path: in memory if the system has a place for that, each under a name that nobody can
 * guess.
 *
 * <p>A queue is removed when its creator closes it or the creator's JVM ends; at the latest when, after all its members
 * have died, the next anonymous queue is made.
 */
final class AnonymousDirectories {

    private static final String PREFIX = "ipcq-queue-";
    private static final Path MEMORY = Path.of("/dev/shm");
    /** How long a directory without a living member is left alone: its creator may be about to become one. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private static final Map<Path, QueueDirectory> OPEN = new ConcurrentHashMap<>();
    /** So that a program with many queues does not look at all of them for each new one. */
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(10);

    private static final AtExit<Path> AT_EXIT = new AtExit<>("ipcq-cleanup", AnonymousDirectories::deleteAtEnd);

    private static long nextSweep = System.nanoTime();

    private AnonymousDirectories() {}

    /** Makes a queue in a place. */
    @FunctionalInterface
    interface Creating<Q> {
        Q create(Path directory) throws IOException;
    }

    /** Makes a queue in a place of its own; if that fails, nothing is left of it. */
    static <Q> Q create(Creating<Q> creating) throws IOException {
        Path place = next();
        try {
            return creating.create(place);
        } catch (Throwable e) {
            forget(place);
            QueueDirectory.deleteQuietly(place);
            throw e;
        }
    }

    /** A place for another queue; clears away what the dead have left. */
    private static Path next() throws IOException {
        Path base = base();
        if (isTimeToSweep()) {
            sweep(base);
        }
        return base.resolve(PREFIX + RandomNames.next());
    }

    private static synchronized boolean isTimeToSweep() {
        long now = System.nanoTime();
        if (now - nextSweep < 0) {
            return false;
        }
        nextSweep = now + BETWEEN_SWEEPS.toNanos();
        return true;
    }

    private static Path base() throws IOException {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY) ? MEMORY : PrivateFiles.temporaryDirectory();
    }

    /** Lets a queue that was created here go with this JVM, should nobody close it. */
    static void deleteAtExit(QueueDirectory queue) {
        OPEN.put(queue.directory(), queue);
        AT_EXIT.add(queue.directory());
    }

    private static void forget(Path queue) {
        OPEN.remove(queue);
        AT_EXIT.remove(queue);
    }

    /**
     * Rings are removed after all hooks of the program, which may still use them: the JDK deletes registered files last
     * of all. A process that waits in one notices that it is gone.
     */
    private static void deleteAtEnd(Path directory) {
        QueueDirectory queue = OPEN.get(directory);
        if (queue instanceof RingFiles ring) {
            ring.directory().toFile().deleteOnExit();
            ring.control().toFile().deleteOnExit();
            ring.directory().resolve(QueueDirectory.MEMBERS).toFile().deleteOnExit();
        } else if (queue != null) {
            delete(queue, queue::end);
        }
    }

    /** Removes a queue that has been ended. */
    static void delete(QueueDirectory queue) {
        delete(queue, () -> {});
    }

    private static void delete(QueueDirectory queue, Runnable end) {
        forget(queue.directory());
        try {
            queue.delete(end);
        } catch (IOException | InternalError e) {
            QueueLog.get()
                    .debug(
                            "an anonymous queue is left for the next program to remove: directory={}",
                            queue.directory(),
                            e);
        }
    }

    /** Those that hold a queue. */
    static List<Path> list() throws IOException {
        Path base = base();
        try (DirectoryHandle held = DirectoryHandle.open(base)) {
            return held.names().stream()
                    .filter(name -> name.startsWith(PREFIX))
                    .map(base::resolve)
                    .filter(QueueDirectory::isThere)
                    .sorted()
                    .toList();
        }
    }

    static void sweep() throws IOException {
        sweep(base());
    }

    static void sweep(Path base) {
        QueueDirectory.sweep(
                base,
                name -> (name.startsWith(PREFIX) || name.startsWith("." + PREFIX))
                        && !OPEN.containsKey(base.resolve(name)),
                GRACE);
    }

    static boolean isAnonymous(Path directory) {
        return directory.getFileName().toString().startsWith(PREFIX);
    }
}
