// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The directory of a durable queue.
 *
 * <pre>
 *   orders/
 *     control.ipcq     the shared words
 *     members          no bytes, a lock for each handle that is attached
 *     journal/         Chronicle Queue's files: metadata.cq4t and a file for each segment
 *     dead-letters/    a durable queue of its own, made with the first dead letter
 * </pre>
 *
 * @param directory of the queue
 */
record JournalFiles(Path directory) {

    /** A handle's hold on a queue: the shared words, and the lock that says that this member lives. */
    record Attachment(JournalFiles files, JournalControl control, Members members) {}

    JournalFiles(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    Path control() {
        return directory.resolve("control.ipcq");
    }

    Path members() {
        return directory.resolve("members");
    }

    Path journal() {
        return directory.resolve("journal");
    }

    Path deadLetters() {
        return directory.resolve("dead-letters");
    }

    Path segment(long index) {
        return journal().resolve(SegmentName.of((int) (index >>> Integer.SIZE)));
    }

    boolean exists() {
        return Files.exists(control(), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Creates the queue beside its place and moves it there whole: of several processes that do so at once one succeeds, and
     * nobody ever sees half a queue.
     */
    Attachment create(DurableQueueOptions options, String codecId, boolean anonymous) throws IOException {
        requireEmpty();
        Path parent = Objects.requireNonNull(directory.getParent(), "a root directory cannot be a queue");
        Files.createDirectories(parent);
        JournalFiles fresh =
                new JournalFiles(parent.resolve("." + directory.getFileName() + ".new-" + RandomNames.next()));
        // a member from the first instant, or somebody could take the queue for one that everybody has left
        Members creator = null;
        try {
            creator = fresh.lay(options, codecId, anonymous);
            fresh.moveTo(directory);
            return open(codecId);
        } catch (IOException | RuntimeException e) {
            DirectoryTree.delete(fresh.directory);
            throw e;
        } finally {
            if (creator != null) {
                creator.close();
            }
        }
    }

    private Members lay(DurableQueueOptions options, String codecId, boolean anonymous) throws IOException {
        PrivateFiles.createDirectory(directory);
        PrivateFiles.createDirectory(journal());
        ChronicleJournal.create(journal(), options.maxElementBytes());
        List<Members> joined = new ArrayList<>(1);
        try {
            JournalControl.create(control(), options, codecId, anonymous, region -> joined.add(join(region)));
            return joined.get(0);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void moveTo(Path target) throws IOException {
        try {
            Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            new JournalFiles(target).requireEmpty();
            throw e;
        }
    }

    private void requireEmpty() throws IOException {
        if (exists()) {
            throw new FileAlreadyExistsException(
                    directory.toString(), null, "there is a queue already; open it instead");
        }
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        PrivateFiles.requirePrivate(directory);
        if (!Files.isDirectory(directory)) {
            throw new FileAlreadyExistsException(directory.toString(), null, "there is a file of that name");
        }
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new FileAlreadyExistsException(
                        directory.toString(),
                        null,
                        "the directory is not empty, and holds no queue; give the queue its own");
            }
        }
    }

    private Members join(MappedRegion region) {
        try {
            return Members.join(members(), region, JournalLayout.NEXT_MEMBER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Attachment open(String codecId) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(directory.toString(), null, "there is no queue; create it first");
        }
        PrivateFiles.requirePrivate(directory);
        if (!exists()) {
            throw new RegionFormatException(
                    directory, "it holds no durable queue; create one in a directory of its own");
        }
        JournalControl control = JournalControl.open(control());
        if (!control.codecId().equals(codecId)) {
            throw new IllegalArgumentException("the queue has another codec: directory=" + directory + ", stored="
                    + control.codecId() + ", asked=" + codecId + "; open it with the type it was created with");
        }
        PrivateFiles.requirePrivate(journal());
        Members members = Members.join(members(), control.region(), JournalLayout.NEXT_MEMBER);
        // joined first, looked at second: whoever deletes does it the other way round
        if (control.deletedVolatile()) {
            members.close();
            throw new NoSuchFileException(directory.toString(), null, "the queue is being deleted");
        }
        return new Attachment(this, control, members);
    }

    /** About what the journal occupies: full segments by the size that fills one, the current one by what it was given. */
    long storageBytes(JournalControl control) {
        try (Stream<Path> files = Files.list(journal())) {
            long segments = files.filter(file -> file.toString().endsWith(SegmentName.SUFFIX))
                    .count();
            return Math.max(0, segments - 1) * control.segmentBytes() + control.allocatedBytes();
        } catch (IOException e) {
            return control.allocatedBytes();
        }
    }

    /** Removes everything, the control file first, so that nobody opens what is half gone. */
    void delete() throws IOException {
        Files.deleteIfExists(control());
        DirectoryTree.delete(directory);
    }
}
