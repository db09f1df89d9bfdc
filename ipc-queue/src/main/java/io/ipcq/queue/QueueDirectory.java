// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.Members;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormat;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of a queue of either kind: appears whole, is entered by members, and goes as a whole. */
abstract sealed class QueueDirectory permits RingFiles, JournalFiles {

    /*
     * Idea
     *   A queue is its control file, and a name may come to stand for another queue at any time. So whoever does
     *   something with the files of a queue first holds its directory, and looks whether the control file in there is
     *   the one that it has mapped, which no other file can be mistaken for as long as it is mapped. What it does then,
     *   it does through that handle.
     *
     * Creation
     *   A queue is made beside its place and renamed when it is complete. A rename replaces an empty directory and
     *   nothing else. So of several processes that create at the same time one succeeds, and nobody ever sees half a
     *   queue.
     *
     * Deletion
     *   A flag in the control file, which is never taken back, ends the queue for its members and for processes that
     *   want to join. Then the files are removed through the handle, the control file last, and then the name. The
     *   name can be removed only while the directory is empty, so it is never taken from the next queue of that name,
     *   which is never empty. Every process that finds the flag can do the same, at the same time. So a creator does
     *   not wait for a queue that is being deleted: it deletes that first. A queue that everybody has left is flagged
     *   by one compare-and-set of the flags together with the count of members. It fails if a member has joined since
     *   all members were found dead. Members that join later find the flag.
     *
     * Crash
     *   A creator that dies leaves a directory of another name, which the next creator removes. After a death that
     *   follows the flag, the queue has ended, and the next process finishes the deletion. After a death that follows
     *   the removal of the control file, an empty directory is left, or one with only a members file, if a member died
     *   while it joined. That is no queue, and a new queue replaces it.
     *
     * References
     *   rename(2), rmdir(2); DirectoryHandle, for what neighbours can do meanwhile.
     */

    /** Makes a queue in a directory that nobody knows yet, and hands over its first member. */
    @FunctionalInterface
    interface Laying {
        void lay(DirectoryHandle directory, Consumer<Members> first) throws IOException;
    }

    /** Attaches to the queue in a directory; null if it is over. */
    @FunctionalInterface
    interface Attaching<Q> {
        @Nullable
        Q attach(DirectoryHandle directory) throws IOException;
    }

    /** Throws if a directory is not the right one. */
    @FunctionalInterface
    private interface Requirement {
        void check(DirectoryHandle held) throws IOException;
    }

    /** Looks at the queue that is in a directory. */
    @FunctionalInterface
    interface Looking<T> {
        T look(QueueDirectory there, DirectoryHandle held) throws IOException;
    }

    /** Makes something of a hold on a queue, or of a member. */
    @FunctionalInterface
    interface Making<A, T> {
        T make(A hold) throws IOException;
    }

    /** Opens or creates. */
    @FunctionalInterface
    interface Opening<T> {
        T open() throws IOException;
    }

    /** There is no queue, but there could be one. */
    static final class AbsentException extends NoSuchFileException {

        private static final long serialVersionUID = 1L;

        private AbsentException(Path directory, String reason) {
            super(directory.toString(), null, reason);
        }
    }

    static final String MEMBERS = "members";

    private static final String CREATED_SUFFIX = ".new-";
    /** In a directory where a file system is mounted, and nobody's. */
    private static final String LOST_AND_FOUND = "lost+found";
    /** How long a directory that somebody creates is left alone: who does so may just be slow. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private static final int ATTEMPTS = 100;

    private final Path directory;
    private final @Nullable QueueState attached;

    /** @param attached words of the queue that this is about; null for whatever queue is there */
    QueueDirectory(Path directory, @Nullable QueueState attached) {
        this.directory = directory.toAbsolutePath().normalize();
        this.attached = attached;
    }

    /** The queue that is in a directory, by the files that are there; null if there is none. */
    static @Nullable QueueDirectory in(DirectoryHandle held) throws IOException {
        if (held.has(RingFiles.CONTROL)) {
            return new RingFiles(held.path());
        }
        return held.has(JournalFiles.CONTROL) ? new JournalFiles(held.path()) : null;
    }

    /**
     * Whether there is a queue in a directory, in whatever state, that this user may look into. The directory is not
     * held: the answer is of a moment, and whoever opens the queue looks again.
     */
    static boolean isThere(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            return PrivateFiles.isPrivate(absolute)
                    && Stream.of(RingFiles.CONTROL, JournalFiles.CONTROL)
                            .anyMatch(name -> Files.exists(absolute.resolve(name), LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            return false;
        }
    }

    /** The queue that is in a directory; an exception that says what is there instead if there is none. */
    static QueueDirectory requireIn(Path directory) throws IOException {
        return look(directory, (there, held) -> there);
    }

    /** Looks at the queue that is in a directory while that is held, without a trace. */
    static <T> T look(Path directory, Looking<T> looking) throws IOException {
        QueueDirectory asked = new RingFiles(directory);
        try (DirectoryHandle held = asked.hold()) {
            QueueDirectory there = in(held);
            if (there == null) {
                asked.requireQueue(held);
            }
            return looking.look(there == null ? asked : there, held);
        }
    }

    /** Leaves the files of a queue to this user alone, if there are any. */
    static void closeToGroup(Path directory) throws IOException {
        try {
            DirectoryHandle.closeToGroup(directory);
        } catch (NoSuchFileException e) {
            // whoever opens it says so
        }
    }

    /** Opens the queue that is there, or creates one, whatever other processes create and delete at the same time. */
    static <T> T openOrCreate(Opening<T> open, Opening<T> create) throws IOException {
        while (true) {
            try {
                return open.open();
            } catch (AbsentException | QueueClosedException e) {
                // by now it may be there; or it was deleted while it was opened
            }
            try {
                return create.open();
            } catch (AbsentException | OccupiedException | QueueClosedException e) {
                // by now it may not be there
            }
        }
    }

    /** There is a queue already. */
    static final class OccupiedException extends FileAlreadyExistsException {

        private static final long serialVersionUID = 1L;

        private OccupiedException(Path directory) {
            super(directory.toString(), null, "there is a queue already; open it instead");
        }
    }

    Path directory() {
        return directory;
    }

    /** The file with the shared words; there is a queue if there is this file. */
    abstract String controlName();

    /** The words that all kinds have in common. */
    abstract QueueState openState(DirectoryHandle held) throws IOException;

    /** For messages: "durable queue". */
    abstract String kind();

    Path control() {
        return directory.resolve(controlName());
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    /** Holds the directory, whatever is in it. */
    DirectoryHandle hold() throws IOException {
        try {
            return DirectoryHandle.openOwn(directory);
        } catch (NoSuchFileException e) {
            throw new AbsentException(directory, "there is no queue; create it first");
        }
    }

    <Q extends AutoCloseable> Q open(Attaching<Q> attaching) throws IOException {
        return attach(this::requireQueue, attaching);
    }

    /** Attaches to the queue that is there, if it is the right one. */
    private <Q extends AutoCloseable> Q attach(Requirement requirement, Attaching<Q> attaching) throws IOException {
        Q attached = null;
        try {
            try (DirectoryHandle held = hold()) {
                requirement.check(held);
                attached = attaching.attach(held);
            }
            if (attached == null) {
                throw beingDeleted();
            }
            return attached;
        } catch (Throwable e) {
            closeAfter(e, attached);
            throw e;
        }
    }

    /** Lets go of something because of a failure, and throws nothing: there may be more to let go of. */
    @SuppressWarnings("ReferenceEquality") // the JVM has one error for all want of memory
    static void closeAfter(Throwable failure, @Nullable AutoCloseable opened) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (Throwable e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    /** The codec that the queue was created with. */
    String storedCodecId() throws IOException {
        try (DirectoryHandle held = hold()) {
            requireQueue(held);
            return storedCodecId(held);
        }
    }

    abstract String storedCodecId(DirectoryHandle held) throws IOException;

    private AbsentException beingDeleted() {
        return new AbsentException(directory, "the queue is being deleted");
    }

    /** Maps the shared words. */
    MappedRegion map(DirectoryHandle held, RegionFormat format) throws IOException {
        try {
            return MappedRegion.open(held, controlName(), format);
        } catch (NoSuchFileException e) {
            throw beingDeleted();
        }
    }

    /** Maps the shared words to be looked at. */
    MappedRegion mapReadOnly(DirectoryHandle held, RegionFormat format) throws IOException {
        try {
            return MappedRegion.openReadOnly(held, controlName(), format);
        } catch (NoSuchFileException e) {
            throw beingDeleted();
        }
    }

    /** Refuses a directory without a queue of this kind. */
    void requireQueue(DirectoryHandle held) throws IOException {
        if (held.has(controlName())) {
            return;
        }
        QueueDirectory other = in(held);
        if (other == null && isVacant(held)) {
            throw new AbsentException(directory, "there is no queue; create it first");
        }
        throw new RegionFormatException(
                directory,
                "it holds no " + kind()
                        + (other == null
                                ? "; create one in a directory of its own"
                                : ", but a " + other.kind() + "; open it as what it is"));
    }

    /**
     * Whether a queue can take the place of a directory: it is empty, or as somebody left it who died when it was
     * deleted.
     */
    private static boolean isVacant(DirectoryHandle held) throws IOException {
        List<String> names = held.names();
        names.remove(LOST_AND_FOUND);
        return names.isEmpty() || (names.equals(List.of(MEMBERS)) && isEmptyFile(held, MEMBERS));
    }

    private static boolean isEmptyFile(DirectoryHandle held, String name) throws IOException {
        try {
            var attributes = held.attributes(name);
            return attributes.isRegularFile() && attributes.size() == 0;
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    void requireCodec(String stored, String asked) {
        if (!stored.equals(asked)) {
            throw new IllegalArgumentException("the queue has another codec: directory=" + directory + ", stored="
                    + stored + ", asked=" + asked + "; open it with the type it was created with");
        }
    }

    /**
     * Becomes a member of a queue, and makes something of that; null if it is over. What cannot be made leaves no
     * member.
     */
    <T> @Nullable T join(DirectoryHandle held, QueueState state, Making<Members, T> making) throws IOException {
        if (state.deletedVolatile()) {
            return null;
        }
        Members members;
        try {
            members = Members.join(held, MEMBERS, state.region(), state.nextMemberOffset());
        } catch (NoSuchFileException e) {
            return null; // nothing can be made in a directory that has been removed
        }
        boolean stays = false;
        try {
            // joined first, looked at second: whoever deletes does it the other way round
            if (!state.deletedVolatile()) {
                T made = making.make(members);
                stays = true;
                return made;
            }
        } catch (QueueClosedException e) {
            // deleted since
        } finally {
            if (!stays) {
                members.close();
            }
        }
        remove(held); // with the file that this may have made anew
        return null;
    }

    /** Becomes the first member of a queue that nobody can see yet. */
    void joinFirst(DirectoryHandle made, QueueState state, Consumer<Members> first) {
        try {
            join(made, state, members -> {
                first.accept(members);
                return members;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- creating ---------------------------------------------------------------------------------------------------

    <Q extends AutoCloseable> Q create(Laying laying, Attaching<Q> attaching) throws IOException {
        Path parent = Objects.requireNonNull(directory.getParent(), "a root directory cannot be a queue");
        requireFree();
        createParents(parent);
        String prefix = "." + directory.getFileName() + CREATED_SUFFIX;
        if (!AnonymousDirectories.isAnonymous(directory)) {
            sweep(parent, name -> name.startsWith(prefix), GRACE);
        }
        Path fresh = parent.resolve(prefix + RandomNames.next());
        // a member from the first instant, or somebody could take the queue for one that everybody has left
        Members[] creator = new Members[1];
        Q created = null;
        boolean moved = false;
        try {
            PrivateFiles.createDirectory(fresh);
            try (DirectoryHandle made = DirectoryHandle.openOwn(fresh)) {
                laying.lay(made, members -> creator[0] = members);
                moveHere(fresh);
                moved = true;
                Object key = made.key();
                created = attach(held -> requireSame(held, key), attaching);
            }
            creator[0].close();
            return created;
        } catch (Throwable e) {
            closeAfter(e, creator[0]);
            closeAfter(e, created);
            if (!moved) {
                deleteQuietly(fresh);
            }
            throw e;
        }
    }

    private void requireSame(DirectoryHandle held, Object key) throws IOException {
        if (!held.key().equals(key)) {
            throw new AbsentException(directory, "the queue was deleted as soon as it was there");
        }
    }

    /** Removes what was made and never used. */
    static void deleteQuietly(Path directory) {
        try {
            DirectoryHandle.delete(directory);
        } catch (IOException e) {
            QueueLog.get().debug("left for the next one who creates a queue there: directory={}", directory, e);
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
        for (int attempt = 1; ; attempt++) {
            try {
                Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (FileSystemException e) {
                requireFree();
                // what was in the way may be gone
                if (attempt == ATTEMPTS || !Files.exists(fresh)) {
                    throw e;
                }
            }
        }
    }

    /** Makes way for a queue: removes one that is over, and refuses whatever else there is. */
    private void requireFree() throws IOException {
        DirectoryHandle there;
        try {
            there = DirectoryHandle.openOwn(directory);
        } catch (NoSuchFileException e) {
            return;
        } catch (RegionFormatException e) {
            if (Files.isRegularFile(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(directory.toString(), null, "there is a file of that name");
            }
            throw e;
        }
        try (DirectoryHandle held = there) {
            QueueDirectory queue = in(held);
            if (queue == null && held.isMountPoint()) {
                throw new FileSystemException(
                        directory.toString(),
                        null,
                        "a file system is mounted there, and a queue appears and goes as a whole; give it a directory in"
                                + " there, such as " + directory.resolve("queue"));
            }
            if (queue != null) {
                queue.requireOver(held);
                queue.remove(held);
            } else if (!isVacant(held)) {
                throw new FileAlreadyExistsException(
                        directory.toString(),
                        null,
                        "the directory is not empty, and holds no queue; give the queue its own");
            } else if (!held.names().isEmpty()) {
                remove(held);
            }
        }
    }

    private void requireOver(DirectoryHandle held) throws IOException {
        try {
            if (!openState(held).deletedVolatile()) {
                throw new OccupiedException(directory);
            }
        } catch (AbsentException e) {
            // and its control file has gone
        }
    }

    // ---- deleting ---------------------------------------------------------------------------------------------------

    /**
     * Deletes the queue that this handle is attached to.
     *
     * @param end ends it for everybody, once it is sure that its files are there
     */
    void delete(Runnable end) throws IOException {
        try (DirectoryHandle held = holdAttached()) {
            end.run();
            remove(held);
        } catch (NoSuchFileException e) {
            if (!Objects.requireNonNull(attached).deletedVolatile()) {
                throw e;
            }
            // somebody else deletes it, and was faster
        }
    }

    /** Holds the directory of the queue that this handle is attached to. */
    DirectoryHandle holdAttached() throws IOException {
        DirectoryHandle held;
        try {
            held = DirectoryHandle.openOwn(directory);
        } catch (NoSuchFileException e) {
            throw StorageFailure.isGone(directory);
        }
        boolean right = false;
        try {
            right = isAttachedTo(held);
        } finally {
            if (!right) {
                held.close();
            }
        }
        if (!right) {
            throw StorageFailure.isGone(directory);
        }
        return held;
    }

    private boolean isAttachedTo(DirectoryHandle held) throws IOException {
        return attached != null && attached.region().isMappedFrom(held, controlName());
    }

    /** Ends the queue that this handle is attached to, for everybody. */
    void end() {
        Objects.requireNonNull(attached).setDeleted();
    }

    private void remove(DirectoryHandle held) throws IOException {
        try (DirectoryHandle parent = DirectoryHandle.open(Objects.requireNonNull(directory.getParent()))) {
            remove(held, parent);
        }
    }

    /** Removes what is in the directory, and then its name, unless that stands for something else by now. */
    private void remove(DirectoryHandle held, DirectoryHandle parent) throws IOException {
        for (String name : held.names()) {
            if (!name.equals(controlName())) {
                held.delete(name);
            }
        }
        held.deleteFrom(parent);
    }

    private void deleteIfDeserted(DirectoryHandle held, DirectoryHandle parent) throws IOException {
        QueueState state = openState(held);
        if (state.deletedVolatile() || endIfDeserted(held, state)) {
            remove(held, parent);
        }
    }

    private static boolean endIfDeserted(DirectoryHandle held, QueueState state) throws IOException {
        while (true) {
            long before = state.wordsVolatile();
            if (Members.anyAlive(held, MEMBERS, state.region(), state.nextMemberOffset())) {
                return false;
            }
            if (state.setDeletedIf(before)) {
                return true;
            }
        }
    }

    /**
     * Removes what the dead have left: queues that nobody is attached to, and directories that have been without one
     * for some time. What cannot be removed, or is not this user's, is left.
     */
    static void sweep(Path parent, Predicate<String> isCandidate, Duration grace) {
        try (DirectoryHandle held = DirectoryHandle.open(parent)) {
            if (held.isSafeToSweep()) {
                held.names().stream().filter(isCandidate).forEach(name -> sweepOne(held, name, grace));
            }
        } catch (IOException | RuntimeException e) {
            QueueLog.get().debug("not swept: directory={}", parent, e);
        }
    }

    private static void sweepOne(DirectoryHandle parent, String name, Duration grace) {
        try (DirectoryHandle held = parent.openOwn(name)) {
            QueueDirectory queue = in(held);
            if (queue != null) {
                queue.deleteIfDeserted(held, parent);
            } else if (isOlder(held, grace)) {
                held.deleteFrom(parent);
            }
        } catch (IOException | RuntimeException | InternalError e) {
            // another user's, damaged, or gone while we looked
            QueueLog.get().debug("not removed: directory={}, name={}", parent.path(), name, e);
        }
    }

    private static boolean isOlder(DirectoryHandle held, Duration age) throws IOException {
        Instant modified = held.attributes().lastModifiedTime().toInstant();
        return modified.isBefore(Instant.now().minus(age));
    }
}
