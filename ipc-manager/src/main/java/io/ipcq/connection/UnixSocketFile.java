// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;

/** The file of a Unix-domain socket: 0600 in a directory 0700. */
final class UnixSocketFile {
    /*
     * Stale. The socket of a listener that was killed stays, and nobody answers there. It is removed if it is a socket, is
     * ours, and refuses a connection. Two that find the same stale socket must not remove each other's new one: the whole of
     * looking, removing and binding is done under a lock on a file beside it, which is then left there.
     */

    /** What every system takes; Linux would take 107. */
    static final int MAX_PATH_BYTES = 103;

    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private final Path path;
    private final boolean othersMayUse;

    UnixSocketFile(UnixDomainSocketAddress address, boolean othersMayUse) {
        this.path = address.getPath().toAbsolutePath();
        this.othersMayUse = othersMayUse;
    }

    /** A new directory 0700 with a name that nobody can guess, for one socket. */
    static UnixDomainSocketAddress inPrivateDirectory() throws IOException {
        Path directory = Files.createTempDirectory(
                "ipcq-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return UnixDomainSocketAddress.of(directory.resolve("s"));
    }

    void bind(ServerSocketChannel channel, int backlog) throws IOException {
        int bytes = path.toString().getBytes(UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw new BindException(
                    "path is too long for a socket: bytes=" + bytes + ", limit=" + MAX_PATH_BYTES + ", path=" + path);
        }
        requirePrivateDirectory();
        try {
            channel.bind(UnixDomainSocketAddress.of(path), backlog);
        } catch (IOException e) {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            replaceStale(channel, backlog);
        }
        if (!othersMayUse) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private void requirePrivateDirectory() throws IOException {
        Path directory = path.getParent();
        if (directory == null) {
            throw new BindException("a socket needs a directory: path=" + path);
        }
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        PosixFileAttributes attributes =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()) {
            throw new BindException("a socket needs a directory that is no link: directory=" + directory);
        }
        if (othersMayUse) {
            return;
        }
        if (attributes.permissions().stream().anyMatch(permission -> !isOwners(permission))) {
            throw new BindException("others may enter the directory of the socket: directory=" + directory
                    + ", permissions=" + PosixFilePermissions.toString(attributes.permissions())
                    + "; use one with mode 0700, or say otherUsers(true)");
        }
    }

    private static boolean isOwners(PosixFilePermission permission) {
        return permission.name().startsWith("OWNER_");
    }

    private void replaceStale(ServerSocketChannel channel, int backlog) throws IOException {
        Path lockFile = path.resolveSibling(path.getFileName() + ".lock");
        synchronized (UnixSocketFile.class) { // file locks are of the process, not of the thread
            try (RandomAccessFile file = new RandomAccessFile(lockFile.toFile(), "rw");
                    FileLock held = file.getChannel().lock()) {
                if (held.isValid()) {
                    requireStale();
                    Files.deleteIfExists(path);
                }
                channel.bind(UnixDomainSocketAddress.of(path), backlog);
            }
        }
    }

    private void requireStale() throws IOException {
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
        // the lock file was just made or opened for writing by this process; the directory is ours alone
        if (!owner.equals(
                Files.getOwner(path.resolveSibling(path.getFileName() + ".lock"), LinkOption.NOFOLLOW_LINKS))) {
            throw new BindException("the socket belongs to another user: path=" + path + ", owner=" + owner.getName());
        }
        if (answers()) {
            throw new BindException("somebody listens there already: path=" + path);
        }
    }

    private boolean answers() {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (java.net.ConnectException refused) {
            return false;
        } catch (IOException busy) {
            return true; // its queue of connections is full
        }
    }

    UserPrincipal owner() throws IOException {
        return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    }

    @Nullable
    Object fileKey() throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Removes the socket if it is still the one that was bound. */
    void remove(@Nullable Object fileKey) throws IOException {
        try {
            if (fileKey != null && fileKey.equals(fileKey())) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException gone) {
            // somebody tidied up
        }
    }
}
