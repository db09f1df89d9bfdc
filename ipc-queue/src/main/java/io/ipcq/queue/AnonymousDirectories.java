// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Where queues without a path live: in memory if the system has a place for that, each under a name that nobody can guess.
 *
 * <p>They go when their creator closes them or its JVM ends, at the latest when the next anonymous queue is made after all
 * their members died.
 */
final class AnonymousDirectories {

    private static final String PREFIX = "ipcq-queue-";
    private static final Path MEMORY = Path.of("/dev/shm");
    /** How long a directory without a living member is left alone: its creator may be about to become one. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private static final Map<Path, QueueDirectory> OPEN = new ConcurrentHashMap<>();
    /** So that a program with many queues does not look at all of them for each new one. */
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(10);

    private static boolean sweepingAtExit;
    private static long nextSweep = System.nanoTime();

    private AnonymousDirectories() {}

    /** A place for another queue; clears away what the dead have left. */
    static Path next() throws IOException {
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

    private static Path base() {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
                ? MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Lets a queue go with this JVM, should nobody close it. */
    static synchronized void deleteAtExit(QueueDirectory queue) {
        OPEN.put(queue.directory(), queue);
        if (!sweepingAtExit) {
            sweepingAtExit = true;
            Runtime.getRuntime().addShutdownHook(new Thread(AnonymousDirectories::deleteAll, "ipcq-cleanup"));
        }
    }

    private static void deleteAll() {
        for (QueueDirectory queue : OPEN.values()) {
            try {
                // who still waits in it learns that it is over
                queue.openState().setDeleted();
            } catch (IOException e) {
                QueueLog.get().debug("gone before the end: directory={}", queue.directory(), e);
            }
            delete(queue);
        }
    }

    static void delete(QueueDirectory queue) {
        OPEN.remove(queue.directory());
        try {
            queue.delete();
        } catch (IOException e) {
            QueueLog.get()
                    .debug(
                            "an anonymous queue is left for the next program to remove: directory={}",
                            queue.directory(),
                            e);
        }
    }

    /** Those that hold a queue. */
    static List<Path> list() throws IOException {
        try (Stream<Path> entries = Files.list(base())) {
            return entries.filter(AnonymousDirectories::isAnonymous)
                    .filter(directory -> QueueDirectory.in(directory) != null)
                    .sorted()
                    .toList();
        }
    }

    private static void sweep(Path base) throws IOException {
        List<Path> candidates;
        try (Stream<Path> entries = Files.list(base)) {
            candidates = entries.filter(AnonymousDirectories::isCandidate).toList();
        }
        for (Path directory : candidates) {
            try {
                sweepOne(directory);
            } catch (IOException | RuntimeException e) {
                // another user's, or gone while we looked
                QueueLog.get().debug("not removed: directory={}", directory, e);
            }
        }
    }

    static boolean isAnonymous(Path directory) {
        return directory.getFileName().toString().startsWith(PREFIX);
    }

    private static boolean isCandidate(Path path) {
        String name = path.getFileName().toString();
        return (name.startsWith(PREFIX) || name.startsWith("." + PREFIX))
                && !OPEN.containsKey(path)
                && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void sweepOne(Path directory) throws IOException {
        QueueDirectory queue = QueueDirectory.in(directory);
        if (queue != null) {
            queue.deleteIfDeserted();
        } else if (Files.getLastModifiedTime(directory)
                .toInstant()
                .isBefore(Instant.now().minus(GRACE))) {
            DirectoryTree.delete(directory);
        }
    }
}
