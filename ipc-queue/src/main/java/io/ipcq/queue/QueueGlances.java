// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.FileSight;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionCopy;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at many queues, a glance at each. {@code ipcq queue ls} uses it.
 *
 * <p>It writes nothing. Thread-safe: no, one thread looks; several may have one each. Process-safe: yes; others do not
 * notice it. Survives a crash: there is nothing to survive, and all of the queues' processes may be dead.
 */
public final class QueueGlances implements AutoCloseable {

    /*
     * Idea
     *   A QueueView holds the directory, compares what it holds with what it has seen, and maps the control file: some
     *   forty system calls, and page faults. A glance reads the first page of the control file instead. That is right
     *   where nobody but this user could exchange anything on the way to it, which is found out once for each directory
     *   with queues in it, and while nobody writes to that page. Everything else, and all that is not in order, is
     *   for a QueueView, which says what is wrong.
     */

    /** As often a page is read that others write to, before it is mapped. */
    private static final int ATTEMPTS = 3;

    private final Map<Path, Boolean> safe = new HashMap<>();
    private final RegionCopy copy = new RegionCopy();

    /** Nothing has been looked at yet. */
    public QueueGlances() {}

    /**
     * Takes a glance at the queue in a directory; null if there is none, not even a damaged one. A queue of another
     * user does not count.
     *
     * @throws io.ipcq.memory.RegionFormatException if the control file is damaged; the message says where
     */
    public @Nullable QueueGlance at(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        QueueGlance quick = quick(absolute);
        if (quick != null) {
            return quick;
        }
        if (!QueueView.isThere(absolute)) {
            return null;
        }
        try (QueueView view = QueueView.open(absolute)) {
            return QueueGlance.of(view, view.snapshot());
        }
    }

    /** Null if it has to be looked at in another way, for whatever reason. */
    private @Nullable QueueGlance quick(Path directory) {
        Path parent = directory.getParent();
        if (parent == null || !isSafe(parent)) {
            return null;
        }
        FileSight seen = FileSight.of(directory);
        if (seen == null || !seen.isOwnDirectory()) {
            return null;
        }
        try (copy) {
            Path ring = directory.resolve(RingFiles.CONTROL);
            FileSight ofRing = FileSight.of(ring);
            if (ofRing != null) {
                return ofRing.isOwnFile() ? ring(directory, ring, ofRing.bytes()) : null;
            }
            Path journal = directory.resolve(JournalFiles.CONTROL);
            FileSight ofJournal = FileSight.of(journal);
            return ofJournal != null && ofJournal.isOwnFile() ? journal(directory, journal, ofJournal.bytes()) : null;
        } catch (IOException | RuntimeException notInOrder) {
            return null;
        }
    }

    /** How many dead letters a queue has that there was a glance at. */
    public long deadLetters(QueueGlance queue) throws IOException {
        if (!queue.durable()) {
            return 0;
        }
        QueueGlance letters = at(new JournalFiles(queue.directory()).deadLetters());
        return letters == null ? 0 : letters.size();
    }

    /** Whether nobody else can exchange what is in a directory. */
    private boolean isSafe(Path parent) {
        Boolean known = safe.get(parent);
        if (known == null) {
            known = findOutWhetherItIsSafe(parent);
            safe.put(parent, known);
        }
        return known;
    }

    private boolean findOutWhetherItIsSafe(Path parent) {
        Path above = parent.getParent();
        if (above != null && Boolean.TRUE.equals(safe.get(above))) {
            FileSight seen = FileSight.of(parent);
            return seen != null && seen.isOwnDirectory();
        }
        try {
            return PrivateFiles.isClosedWay(parent); // what a group could exchange is held by a look
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable QueueGlance ring(Path directory, Path file, long fileBytes) throws IOException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            RingControl control = RingControl.of(copy.open(file, RingLayout.FORMAT, fileBytes));
            RingGlance records = RingGlance.of(control, copy);
            if (records != null && copy.isStill(RingLayout.STATE)) {
                return new QueueGlance(
                        directory,
                        false,
                        control.codecId(),
                        records.isShutDown(),
                        control.state().deletedVolatile(),
                        control.times().times(records.oldestMillis()),
                        records.size(),
                        control.options().maxSize(),
                        0,
                        records.count(),
                        Math.max(0, records.count() - records.size()),
                        0,
                        0,
                        Math.max(0, records.count() - control.tasksDoneVolatile()),
                        control.storageBytes());
            }
        }
        return null;
    }

    private @Nullable QueueGlance journal(Path directory, Path file, long fileBytes) throws IOException {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            JournalControl control = JournalControl.of(copy.open(file, JournalLayout.FORMAT, fileBytes));
            if (control.returnedVolatile() != 0) {
                return null; // which of them is the oldest is said elsewhere in the file
            }
            long storage = storageBytes(new JournalFiles(directory), control);
            if (copy.isStill(JournalLayout.ALTERATIONS)) {
                return new QueueGlance(
                        directory,
                        true,
                        control.codecId(),
                        control.shutdownVolatile(),
                        control.deletedVolatile(),
                        control.times().times(Leases.oldestMillis(control)),
                        control.size(),
                        control.maxSize(),
                        control.leasedVolatile(),
                        control.appendedVolatile(),
                        control.takenVolatile(),
                        control.acknowledgedVolatile(),
                        control.unburiedVolatile(),
                        control.unfinished(),
                        storage);
            }
        }
        return null;
    }

    private static long storageBytes(JournalFiles files, JournalControl control) throws IOException {
        FileSight seen = FileSight.of(files.journal());
        if (seen == null || !seen.isOwnDirectory()) {
            throw new IOException("for a view to look at: journal=" + files.journal());
        }
        long segments = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(files.journal())) {
            for (Path entry : entries) {
                segments += entry.toString().endsWith(SegmentName.SUFFIX) ? 1 : 0;
            }
        }
        return JournalFiles.storageBytes(control, segments);
    }

    /** Lets go of the file, if one is open; the next glance opens another one. */
    @Override
    public void close() throws IOException {
        copy.close();
    }
}
