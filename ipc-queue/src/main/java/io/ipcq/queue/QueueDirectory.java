// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormatException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of a queue of either kind: appears whole, is entered by members, and goes as a whole. */
abstract sealed class QueueDirectory permits JournalFiles {

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

    private final Path directory;

    QueueDirectory(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    /** The queue that is in a directory, by the files that are there; null if there is none. */
    static @Nullable QueueDirectory in(Path directory) {
        QueueDirectory journal = new JournalFiles(directory);
        return journal.exists() ? journal : null;
    }

    Path directory() {
        return directory;
    }

    /** The file with the shared words; there is a queue if there is this file. */
    abstract Path control();

    /** The words that all kinds have in common. */
    abstract QueueState openState() throws IOException;

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
        Files.createDirectories(parent);
        Path fresh = parent.resolve("." + directory.getFileName() + ".new-" + RandomNames.next());
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

    private void moveHere(Path fresh) throws IOException {
        try {
            Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            requireEmpty();
            throw e;
        }
    }

    private void requireEmpty() throws IOException {
        if (in(directory) != null) {
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

    /** Removes everything, the control file first, so that nobody opens what is half gone. */
    void delete() throws IOException {
        Files.deleteIfExists(control());
        DirectoryTree.delete(directory);
    }
}
