// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Members;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where queues without a path live: in memory if the system has a place for that, each under a name that nobody can guess.
 *
 * <p>They go when their creator closes them or its JVM ends, at the latest when the next anonymous queue is made after all
 * their members died.
 */
final class AnonymousDirectories {

    private static final Logger LOG = LoggerFactory.getLogger(DurableQueue.class);
    private static final String PREFIX = "ipcq-queue-";
    private static final Path MEMORY = Path.of("/dev/shm");
    /** How long a directory without a living member is left alone: its creator may be about to become one. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private static final Set<JournalFiles> OPEN = ConcurrentHashMap.newKeySet();
    private static boolean sweepingAtExit;

    private AnonymousDirectories() {}

    /** A place for another queue; clears away what the dead have left. */
    static JournalFiles next() throws IOException {
        Path base = base();
        sweep(base);
        JournalFiles files = new JournalFiles(base.resolve(PREFIX + RandomNames.next()));
        deleteAtExit(files);
        return files;
    }

    private static Path base() {
        return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
                ? MEMORY
                : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private static synchronized void deleteAtExit(JournalFiles files) {
        OPEN.add(files);
        if (!sweepingAtExit) {
            sweepingAtExit = true;
            Runtime.getRuntime().addShutdownHook(new Thread(AnonymousDirectories::deleteAll, "ipcq-cleanup"));
        }
    }

    private static void deleteAll() {
        for (JournalFiles files : OPEN) {
            try {
                // who still waits in it learns that it is over
                JournalControl.open(files.control()).setDeleted();
            } catch (IOException e) {
                LOG.debug("gone before the end: directory={}", files.directory(), e);
            }
            delete(files);
        }
    }

    static void delete(JournalFiles files) {
        OPEN.remove(files);
        try {
            files.delete();
        } catch (IOException e) {
            LOG.debug("an anonymous queue is left for the next program to remove: directory={}", files.directory(), e);
        }
    }

    private static void sweep(Path base) throws IOException {
        List<Path> candidates;
        try (Stream<Path> entries = Files.list(base)) {
            candidates = entries.filter(AnonymousDirectories::isOurs).toList();
        }
        for (Path directory : candidates) {
            try {
                sweepOne(new JournalFiles(directory));
            } catch (IOException | RuntimeException e) {
                // another user's, or gone while we looked
                LOG.debug("not removed: directory={}", directory, e);
            }
        }
    }

    private static boolean isOurs(Path path) {
        String name = path.getFileName().toString();
        return (name.startsWith(PREFIX) || name.startsWith("." + PREFIX))
                && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void sweepOne(JournalFiles files) throws IOException {
        if (!files.exists()) {
            if (Files.getLastModifiedTime(files.directory())
                    .toInstant()
                    .isBefore(Instant.now().minus(GRACE))) {
                DirectoryTree.delete(files.directory());
            }
            return;
        }
        JournalControl control = JournalControl.open(files.control());
        if (anyAlive(files, control)) {
            return;
        }
        control.setDeleted();
        // whoever joined before seeing the flag is found now, whoever joins after it sees the flag
        if (anyAlive(files, control)) {
            control.clearDeleted();
        } else {
            files.delete();
        }
    }

    private static boolean anyAlive(JournalFiles files, JournalControl control) throws IOException {
        return Members.anyAlive(files.members(), control.region(), JournalLayout.NEXT_MEMBER);
    }
}
