// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of a Unix-domain socket: 0600 in a directory 0700. */
final class UnixSocketFile {
    /*
     * Stale. The socket of a killed listener stays, and nobody answers there. It is removed if it is a socket, is
     * this user's, and refuses a connection. A new socket also refuses for a moment, after it is bound and before it
     * listens. So looking, removing and binding are done together under a lock on a file beside it, which stays there.
     *
     * File locks belong to the process, and are dropped when it closes any descriptor of the file. So only one thread
     * of this JVM at a time opens the file, even where these classes were loaded twice: the monitor is an interned
     * string, which all share.
     */

    private static final Object MONITOR_OF_JVM = "io.ipcq.connection.UnixSocketFile".intern();

    /** What every system takes; Linux would take 107. */
    static final int MAX_PATH_BYTES = 103;

    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final Set<OpenOption> LOCK_OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final Path path;
    private final boolean othersMayUse;
    private final boolean ownsDirectory;

    /** Of the socket that was bound; null before. */
    private @Nullable Object fileKey;

    UnixSocketFile(UnixDomainSocketAddress address, boolean othersMayUse) {
        this(address.getPath().toAbsolutePath(), othersMayUse, false);
    }

    private UnixSocketFile(Path path, boolean othersMayUse, boolean ownsDirectory) {
        this.path = path;
        this.othersMayUse = othersMayUse;
        this.ownsDirectory = ownsDirectory;
    }

    /** In a new directory 0700, which goes with the socket. */
    static UnixSocketFile inPrivateDirectory() throws IOException {
        return new UnixSocketFile(SocketDirectories.create().resolve("s"), false, true);
    }

    /** In a private directory that is there, and that no other listener binds the same address in. */
    static UnixSocketFile at(UnixDomainSocketAddress address) {
        return new UnixSocketFile(address.getPath(), false, true);
    }

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(path);
    }

    /** If it fails, {@link #remove} leaves nothing of it. */
    void bind(ServerSocketChannel channel, int backlog) throws IOException {
        requireShort(path);
        requirePrivateDirectory();
        if (ownsDirectory) {
            bindHere(channel, backlog);
        } else {
            bindUnderLock(channel, backlog);
        }
        if (!othersMayUse) {
            Files.setPosixFilePermissions(path, OwnFiles.FILE_MODE);
        }
    }

    private static void requireShort(Path path) throws BindException {
        int bytes = path.toString().getBytes(UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw new BindException(
                    "path is too long for a socket: bytes=" + bytes + ", limit=" + MAX_PATH_BYTES + ", path=" + path);
        }
    }

    private void bindHere(ServerSocketChannel channel, int backlog) throws IOException {
        channel.bind(address(), backlog);
        fileKey = currentKey();
    }

    private void requirePrivateDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory == null) {
            throw new BindException("a socket needs a directory: path=" + path);
        }
        if (!ownsDirectory && !Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OwnFiles.DIRECTORY_MODE));
        }
        if (!Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isDirectory()) {
            throw new BindException("a socket needs a directory that is no link: directory=" + directory);
        }
        if (othersMayUse) {
            return;
        }
        String objection = OwnFiles.objection(directory);
        if (objection == null) {
            objection = PrivateFiles.objectionAbove(directory);
        }
        if (objection != null) {
            throw new BindException("the directory of the socket is not this user's alone: path=" + directory + ": "
                    + objection + "; use one with mode 0700 in a directory of your own, or say otherUsers(true)");
        }
    }

    private void bindUnderLock(ServerSocketChannel channel, int backlog) throws IOException {
        synchronized (MONITOR_OF_JVM) {
            try (FileChannel file = FileChannel.open(lockFile(), LOCK_OPTIONS, lockAttributes());
                    FileLock held = file.lock()) {
                if (held.isValid()) {
                    requireFreeOrStale();
                    Files.deleteIfExists(path);
                }
                bindHere(channel, backlog);
            }
        }
    }

    private Path lockFile() {
        return path.resolveSibling(path.getFileName() + ".lock");
    }

    private FileAttribute<?>[] lockAttributes() {
        return othersMayUse
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OwnFiles.FILE_MODE)};
    }

    private void requireFreeOrStale() throws IOException {
        int mode;
        UserPrincipal owner;
        try {
            mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException gone) {
            return;
        }
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new BindException("the path is taken by something that is no socket: path=" + path);
        }
        if (!owner.equals(PrivateFiles.user())) {
            throw new BindException("the socket belongs to another user: path=" + path + ", owner=" + owner.getName());
        }
        if (answers()) {
            throw new BindException("somebody listens there already: path=" + path);
        }
    }

    private boolean answers() {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(address());
            return true;
        } catch (java.net.ConnectException refused) {
            return false;
        } catch (IOException busy) {
            return true; // its queue of connections is full
        }
    }

    private @Nullable Object currentKey() throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Removes the socket if it is still the one that was bound, and the directory if it was made for it. Call it while
     * the channel is open: until it is closed, the kernel does not give its file key to another file.
     */
    void remove() throws IOException {
        try {
            if (fileKey != null && fileKey.equals(currentKey())) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException gone) {
            // somebody tidied up
        }
        Path directory = path.getParent();
        if (ownsDirectory && directory != null) {
            try {
                Files.deleteIfExists(directory);
            } catch (DirectoryNotEmptyException used) {
                // what somebody put there is not ours to remove
            }
            SocketDirectories.removeUnused();
        }
    }
}
