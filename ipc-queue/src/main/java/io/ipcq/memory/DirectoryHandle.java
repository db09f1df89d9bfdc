// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is held open. Everything that is done through it is done in this very directory, whatever its name
 * stands for in the meantime. Use it to open, sweep or delete files in a place that others can write to.
 *
 * <p>A name in it is the name of one entry, and a symbolic link is never followed. What {@link #openOwn} returns is a
 * real directory of this user that nobody else may write to. Two handles are the same directory if their
 * {@linkplain #key keys} are equal.
 *
 * <p>Thread-safe. Process-safe: other processes may do the same to the same directory at the same time. Nothing here
 * outlives the process but what was done to the files.
 */
public final class DirectoryHandle implements AutoCloseable {

    /*
     * Idea
     *   Anybody who may write to a directory can replace an entry between a look at its name and the use of that name.
     *   A link is enough to turn the deletion of a planted directory into the deletion of somebody's own. So a
     *   directory is opened once, and what was opened is compared with what was looked at. From there on the kernel
     *   looks names up in the open directory (openat, unlinkat), each as one entry. "/." is added to the name, so a
     *   pipe or a device that has taken its place is refused, and not opened.
     *   Windows, and some macOS, cannot hold a directory. There, only names are left, and a sweep has to make sure that
     *   nobody else can write to the parent: isSafeToSweep.
     *
     * Deletion
     *   Entries are removed one by one, directories of this user from within, by their own handles. Another user's
     *   directory is not entered: it goes if it is empty, or stays and is an exception. A directory is removed by its
     *   name, in its parent, when it is empty, and only then; so what has taken the name of a directory is never
     *   removed with anything in it.
     *
     * References
     *   openat(2), unlinkat(2); java.nio.file.SecureDirectoryStream; CWE-367.
     */

    /** A directory in use may get another file while it is emptied. */
    private static final int ATTEMPTS = 10;

    private final Path path;
    private @Nullable SecureDirectoryStream<Path> stream; // set before anybody else has the handle

    private DirectoryHandle(Path path) {
        this.path = path;
    }

    /** What is done with an open file; done again from the start if an interrupt closes the file in the middle. */
    @FunctionalInterface
    public interface FileUse<T extends @Nullable Object> {
        /** Uses the open file; may be called again, with the file opened anew. */
        T apply(FileChannel file) throws IOException;
    }

    /**
     * Opens a directory, whosever it is, by a path that may lead over links.
     *
     * @throws NoSuchFileException if there is none
     */
    @SuppressWarnings("StreamResourceLeak") // the handle closes it
    public static DirectoryHandle open(Path directory) throws IOException {
        DirectoryHandle handle = byName(directory);
        DirectoryStream<Path> opened;
        try {
            opened = Files.newDirectoryStream(directory.resolve("."));
        } catch (AccessDeniedException e) {
            return handle; // what is in it may still be reached by its name
        }
        if (opened instanceof SecureDirectoryStream<Path> stream) {
            handle.stream = stream;
        } else {
            opened.close();
        }
        return handle;
    }

    /** Does not hold the directory: looks it up by its path each time. */
    static DirectoryHandle byName(Path directory) {
        return new DirectoryHandle(directory);
    }

    /**
     * Opens a directory of this user; the last name of its path is no link.
     *
     * @throws NoSuchFileException if there is none
     * @throws RegionFormatException if it is something else, or others may write to it
     */
    public static DirectoryHandle openOwn(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        DirectoryHandle parent = byName(parentOf(absolute));
        return parent.openChild(absolute.getFileName().toString(), true);
    }

    /**
     * Opens a directory in this one.
     *
     * @throws NoSuchFileException if there is none
     * @throws RegionFormatException if it is something else, not this user's, or others may write to it
     */
    public DirectoryHandle openOwn(String name) throws IOException {
        return openChild(name, true);
    }

    private DirectoryHandle openChild(String name, boolean closedToOthers) throws IOException {
        Path child = path.resolve(name);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            BasicFileAttributes seen = attributes(name);
            if (!seen.isDirectory()) {
                requireOwn(child, seen, closedToOthers);
                throw new RegionFormatException(child, "it is not a directory; check the path");
            }
            try {
                DirectoryHandle opened = openSeen(name, seen, closedToOthers);
                if (opened != null) {
                    return opened;
                }
            } catch (AccessDeniedException e) {
                requireOwn(child, seen, closedToOthers); // says whose it is
                throw e;
            }
        }
        throw new RegionFormatException(child, "it is exchanged whenever it is opened; check who does that");
    }

    /** Null if something else has its name now. Asking for the owner before and after would cost too much. */
    private @Nullable DirectoryHandle openSeen(String name, BasicFileAttributes seen, boolean closedToOthers)
            throws IOException {
        DirectoryHandle opened = openEntry(name);
        boolean same = false;
        try {
            same = opened.isSame(seen, closedToOthers);
            return same ? opened : null;
        } finally {
            if (!same) {
                opened.close();
            }
        }
    }

    /**
     * Whether what was opened is what was seen. The number of a file says so only with the owner, because it may be
     * used again.
     */
    private boolean isSame(BasicFileAttributes seen, boolean closedToOthers) throws IOException {
        BasicFileAttributes opened = attributes();
        requireOwn(path, opened, closedToOthers);
        return key(path, opened).equals(key(path, seen));
    }

    private static void requireOwn(Path path, BasicFileAttributes attributes, boolean closedToOthers)
            throws IOException {
        if (closedToOthers) {
            PrivateFiles.requirePrivate(path, attributes);
        } else {
            PrivateFiles.requireOwn(path, attributes);
        }
    }

    private DirectoryHandle openEntry(String name) throws IOException {
        Path child = path.resolve(name);
        if (stream == null) {
            return open(child);
        }
        try {
            DirectoryHandle handle = byName(child);
            handle.stream = stream.newDirectoryStream(Path.of(name, "."));
            return handle;
        } catch (FileSystemException e) {
            throw located(name, e);
        }
    }

    /**
     * Takes from group and others whatever rights they have been given to a directory of this user, and to what is in
     * it and is this user's: the directory first, so that nobody comes in meanwhile. Does nothing where the file system
     * knows no permissions.
     *
     * @throws NoSuchFileException if there is none
     * @throws RegionFormatException if it is something else, another user's, or one that everybody may write to
     */
    public static void closeToGroup(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        try (DirectoryHandle held =
                byName(parentOf(absolute)).openChild(absolute.getFileName().toString(), false)) {
            PrivateFiles.requireClosedToAll(held.path, held.attributes());
            held.closeToGroup();
        }
    }

    private void closeToGroup() throws IOException {
        SecureDirectoryStream<Path> open = stream;
        if (open == null) {
            return;
        }
        PrivateFiles.closeToGroup(open.getFileAttributeView(PosixFileAttributeView.class));
        for (String name : names()) {
            try {
                BasicFileAttributes attributes = attributes(name);
                boolean isOwn = PrivateFiles.isOwn(path.resolve(name), attributes);
                if (isOwn && attributes.isDirectory()) {
                    try (DirectoryHandle child = openChild(name, false)) {
                        child.closeToGroup();
                    }
                } else if (isOwn && attributes.isRegularFile()) {
                    PrivateFiles.closeToGroup(open.getFileAttributeView(
                            Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS));
                }
            } catch (NoSuchFileException e) {
                // somebody has removed it meanwhile
            }
        }
    }

    /** The path by which it was opened. */
    public Path path() {
        return path;
    }

    /** Equal for two handles of one directory, and for no others as long as one of them is open. */
    public Object key() throws IOException {
        return key(path, attributes());
    }

    /**
     * Whether nobody but this user and root can exchange a directory of this user's in this one between a look and the
     * use of what was seen: it is held, or this user's alone.
     */
    public boolean isSafeToSweep() throws IOException {
        return stream != null || PrivateFiles.isPrivate(path);
    }

    /** Whether it is where a file system is mounted, so that nothing can take its place. */
    public boolean isMountPoint() throws IOException {
        Path absolute = path.toAbsolutePath();
        try {
            return stream != null && !PrivateFiles.device(parentOf(absolute)).equals(PrivateFiles.device(absolute));
        } catch (NoSuchFileException e) {
            return false; // it has been removed
        }
    }

    /** Whether its path still leads to it, and by no link. */
    public boolean isInPlace() throws IOException {
        try {
            return key(path, PrivateFiles.attributes(path)).equals(key());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** The names of all entries there are. */
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                stream == null ? Files.newDirectoryStream(path) : stream.newDirectoryStream(Path.of("."))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    /** Whether there is anything of that name. */
    public boolean has(String name) throws IOException {
        try {
            attributes(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Of an entry, not of what it may link to.
     *
     * @throws NoSuchFileException if there is none of that name
     */
    public BasicFileAttributes attributes(String name) throws IOException {
        if (stream == null) {
            return PrivateFiles.attributes(path.resolve(name));
        }
        try {
            return stream.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
        } catch (FileSystemException e) {
            throw located(name, e);
        }
    }

    /** Names the file by its path: through a handle the JDK knows no more than the name. */
    private FileSystemException located(String name, IOException e) {
        String file = path.resolve(name).toString();
        if (e instanceof NoSuchFileException) {
            return new NoSuchFileException(file);
        }
        if (e instanceof AccessDeniedException) {
            return PrivateFiles.denied(path.resolve(name));
        }
        if (e instanceof FileAlreadyExistsException) {
            return new FileAlreadyExistsException(file);
        }
        if (e instanceof DirectoryNotEmptyException) {
            return new DirectoryNotEmptyException(file);
        }
        return new FileSystemException(file, null, e instanceof FileSystemException f ? f.getReason() : e.getMessage());
    }

    /** Of the directory itself. */
    public BasicFileAttributes attributes() throws IOException {
        return stream == null
                ? PrivateFiles.attributes(path.resolve("."))
                : stream.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    }

    /** Equal for two looks at one file, and for no others as long as that file is open. */
    public Object key(String name) throws IOException {
        return key(path.resolve(name), attributes(name));
    }

    private static Object key(Path path, BasicFileAttributes attributes) throws IOException {
        Object key = attributes.fileKey();
        return key != null ? key : path.toRealPath();
    }

    /**
     * Refuses anything but a regular file of this user that nobody else may write to; returns its key.
     *
     * @throws NoSuchFileException if there is none of that name
     * @throws RegionFormatException if it is refused
     */
    public Object requireOwnFile(String name) throws IOException {
        Path file = path.resolve(name);
        BasicFileAttributes attributes = attributes(name);
        PrivateFiles.requirePrivate(file, attributes);
        if (!attributes.isRegularFile()) {
            throw new RegionFormatException(file, "it is not a regular file; check the path");
        }
        return key(file, attributes);
    }

    /**
     * Opens a file; one that the options create is this user's alone. An interrupt of a thread that uses the channel
     * closes it.
     */
    public FileChannel openFile(String name, Set<? extends OpenOption> options) throws IOException {
        Path file = path.resolve(name);
        FileAttribute<?>[] attributes = PrivateFiles.fileAttributes(file);
        if (stream == null) {
            return FileChannel.open(file, options, attributes);
        }
        try {
            return (FileChannel) stream.newByteChannel(Path.of(name), options, attributes);
        } catch (IOException e) {
            throw located(name, e);
        }
    }

    /**
     * Opens a file, uses and closes it. An interrupt of this thread does not disturb that.
     *
     * @param options with {@link LinkOption#NOFOLLOW_LINKS} or {@link StandardOpenOption#CREATE_NEW}
     */
    public <T extends @Nullable Object> T withFile(String name, Set<? extends OpenOption> options, FileUse<T> use)
            throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try (FileChannel file = openFile(name, options)) {
                    return use.apply(file);
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes the names in it to the storage device. */
    public void force() throws IOException {
        withFile(".", Set.of(StandardOpenOption.READ), directory -> {
            directory.force(true);
            return directory;
        });
    }

    /** Removes a file or a link; does nothing if there is none. */
    public void deleteFile(String name) throws IOException {
        try {
            if (stream == null) {
                Files.delete(path.resolve(name));
            } else {
                stream.deleteFile(Path.of(name));
            }
        } catch (NoSuchFileException e) {
            // somebody else was faster
        } catch (FileSystemException e) {
            throw located(name, e);
        }
    }

    /**
     * Removes an empty directory; does nothing if its name is gone, or stands for another one.
     *
     * @throws DirectoryNotEmptyException if it is not empty
     */
    public void deleteDirectory(DirectoryHandle child) throws IOException {
        String name = child.path.getFileName().toString();
        try {
            BasicFileAttributes seen = attributes(name);
            if (seen.isDirectory() && child.key().equals(key(child.path, seen))) {
                deleteEmptyDirectory(name);
            }
        } catch (NoSuchFileException e) {
            // somebody else was faster
        }
    }

    private void deleteEmptyDirectory(String name) throws IOException {
        try {
            if (stream == null) {
                Files.delete(path.resolve(name));
            } else {
                stream.deleteDirectory(Path.of(name));
            }
        } catch (FileSystemException e) {
            throw located(name, e);
        }
    }

    /**
     * Removes a file, a link, or a directory with all that is in it; also while other processes do so, or still add a
     * last file.
     */
    public void delete(String name) throws IOException {
        try {
            if (!attributes(name).isDirectory()) {
                deleteFile(name);
                return;
            }
            DirectoryHandle child;
            try {
                child = openChild(name, false);
            } catch (RegionFormatException e) {
                deleteEmptyDirectory(name); // not ours to look into
                return;
            }
            try (child) {
                child.deleteFrom(this);
            }
        } catch (NoSuchFileException e) {
            // somebody else was faster
        }
    }

    /** Removes this directory from its parent, with all that is in it. */
    public void deleteFrom(DirectoryHandle parent) throws IOException {
        for (int attempt = 1; ; attempt++) {
            for (String name : names()) {
                delete(name);
            }
            try {
                parent.deleteDirectory(this);
                return;
            } catch (DirectoryNotEmptyException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Deletes what a path names, with all that is in it; does nothing if there is nothing. */
    public static void delete(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        try (DirectoryHandle parent = open(parentOf(absolute))) {
            parent.delete(absolute.getFileName().toString());
        }
    }

    private static Path parentOf(Path absolute) throws IOException {
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new RegionFormatException(absolute, "a root directory is nobody's own; name another one");
        }
        return parent;
    }

    /** Closes the directory. The handle must not be used any more. */
    @Override
    public void close() {
        if (stream == null) {
            return;
        }
        try {
            stream.close();
        } catch (IOException e) {
            // nothing was written through it
        }
    }

    @Override
    public String toString() {
        return "DirectoryHandle[" + path + "]";
    }
}
