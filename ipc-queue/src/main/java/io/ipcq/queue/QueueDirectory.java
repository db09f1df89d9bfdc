// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of a queue of either kind: appears whole, is entered by members, and goes as a whole. */
abstract sealed class QueueDirectory permits RingFiles, JournalFiles {

    /** Makes a queue in a directory that nobody knows yet, and is its first member. */
    @FunctionalInterface
    interface Laying {
        Members lay(Path directory) throws IOException;
    }

    /** Attaches to the queue once it is in its place. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    private static final String CREATED_SUFFIX = ".new-";
    private static final String DELETED_SUFFIX = ".deleted-";
    /** How long a directory that somebody creates or deletes is left alone: who does so may just be slow. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private final Path directory;

    QueueDirectory(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** The queue that is in a directory, by the files that are there; null if there is none. */
    static @Nullable QueueDirectory in(Path directory) {
        return Stream.of(new RingFiles(directory), new JournalFiles(directory))
                .filter(QueueDirectory::exists)
                .findFirst()
                .orElse(null);
    }

    /** The queue that is in a directory; an exception that says what is there instead if there is none. */
    static QueueDirectory requireIn(Path directory) throws IOException {
        QueueDirectory there = in(directory);
        if (there == null) {
            there = new RingFiles(directory);
        }
        there.requireThere();
        return there;
    }

    Path directory() {
        return directory;
    }

    /** The file with the shared words; there is a queue if there is this file. */
    abstract Path control();

    /** The words that all kinds have in common. */
    abstract QueueState openState() throws IOException;

    /** A handle for which elements are the bytes they were encoded to. */
    abstract SharedQueue<byte[]> openEncoded() throws IOException;

    /** For messages: "durable queue". */
    abstract String kind();

    Path members() {
        return directory.resolve("members");
    }

    boolean exists() {
        return Files.exists(control(), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Creates the queue beside its place and moves it there whole: of several processes that do so at once one succeeds, and
     * nobody ever sees half a queue.
     */
    <T> T create(Laying laying, Opening<T> opening) throws IOException {
        requireEmpty();
        Path parent = Objects.requireNonNull(directory.getParent(), "a root directory cannot be a queue");
        createParents(parent);
        if (!AnonymousDirectories.isAnonymous(directory)) {
            clearDebris(parent);
        }
        Path fresh = parent.resolve("." + directory.getFileName() + CREATED_SUFFIX + RandomNames.next());
        // a member from the first instant, or somebody could take the queue for one that everybody has left
        Members creator = null;
        try {
            PrivateFiles.createDirectory(fresh);
            creator = laying.lay(fresh);
            moveHere(fresh);
            return opening.open();
        } catch (IOException | RuntimeException e) {
            DirectoryTree.delete(fresh);
            throw e;
        } finally {
            if (creator != null) {
                creator.close();
            }
        }
    }

    /** As private as the queue itself, or others could put something else in its place. */
    private static void createParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.exists(directory)) {
            createParents(parent);
            PrivateFiles.createDirectory(directory);
        }
    }

    private void moveHere(Path fresh) throws IOException {
        try {
            Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            requireEmpty();
            throw e;
        }
    }

    private void requireEmpty() throws IOException {
        QueueDirectory there = in(directory);
        if (there != null && !there.finishDeletion()) {
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

    /** Refuses a directory without a queue of this kind. */
    void requireThere() throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(directory.toString(), null, "there is no queue; create it first");
        }
        PrivateFiles.requirePrivate(directory);
        if (exists()) {
            return;
        }
        QueueDirectory other = in(directory);
        throw new RegionFormatException(
                directory,
                "it holds no " + kind()
                        + (other == null
                                ? "; create one in a directory of its own"
                                : ", but a " + other.kind() + "; open it as what it is"));
    }

    void requireCodec(String stored, String asked) {
        if (!stored.equals(asked)) {
            throw new IllegalArgumentException("the queue has another codec: directory=" + directory + ", stored="
                    + stored + ", asked=" + asked + "; open it with the type it was created with");
        }
    }

    /** Becomes a member of a queue that is not being deleted. */
    Members join(QueueState state) throws IOException {
        Members members = Members.join(members(), state.region(), state.nextMemberOffset());
        // joined first, looked at second: whoever deletes does it the other way round
        if (state.deletedVolatile()) {
            members.close();
            throw new NoSuchFileException(directory.toString(), null, "the queue is being deleted");
        }
        return members;
    }

    /** Deletes the queue if nobody is attached to it. */
    void deleteIfDeserted() throws IOException {
        QueueState state = openState();
        if (anyAlive(state)) {
            return;
        }
        state.setDeleted();
        // whoever joined before seeing the flag is found now, whoever joins after it sees the flag
        if (anyAlive(state)) {
            state.clearDeleted();
        } else {
            delete();
        }
    }

    private boolean anyAlive(QueueState state) throws IOException {
        return Members.anyAlive(members(), state.region(), state.nextMemberOffset());
    }

    boolean existsAndStays() throws IOException {
        return exists() && !finishDeletion();
    }

    /** Whether the queue is gone, now that what somebody began to delete who died over it was deleted to the end. */
    private boolean finishDeletion() throws IOException {
        QueueState state = openState();
        if (!state.deletedVolatile() || anyAlive(state)) {
            return false;
        }
        delete();
        return true;
    }

    /** Removes everything: first the name, in one step, so that nobody ever opens or trips over what is half gone. */
    void delete() throws IOException {
        if (directory.getFileName().toString().contains(DELETED_SUFFIX)) {
            DirectoryTree.delete(directory);
            return;
        }
        Path gone = directory.resolveSibling("." + directory.getFileName() + DELETED_SUFFIX + RandomNames.next());
        try {
            Files.move(directory, gone, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return; // somebody else was faster
        }
        DirectoryTree.delete(gone);
    }

    /** Removes what those left who died while they created or deleted this queue. */
    private void clearDebris(Path parent) throws IOException {
        String prefix = "." + directory.getFileName();
        try (DirectoryStream<Path> debris = Files.newDirectoryStream(
                parent,
                entry -> isDebris(entry, prefix + CREATED_SUFFIX) || isDebris(entry, prefix + DELETED_SUFFIX))) {
            for (Path directory : debris) {
                DirectoryTree.delete(directory);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isDebris(Path entry, String prefix) throws IOException {
        return entry.getFileName().toString().startsWith(prefix)
                && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && Files.getLastModifiedTime(entry)
                        .toInstant()
                        .isBefore(Instant.now().minus(GRACE));
    }
}
