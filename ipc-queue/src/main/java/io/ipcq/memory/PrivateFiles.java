// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that belong to one user alone: 0700 and 0600 from the first instant, whatever the umask.
 *
 * <p>What exists already is refused if somebody else could have put it there or could write to it. A symbolic link is
 * never followed in the last name of a path. Where the file system knows no owners or permissions, there is nothing to check.
 *
 * <p>Thread-safe; process-safe; nothing here outlives the call but the files.
 */
public final class PrivateFiles {

    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> OF_OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /** Their record locks are kept by a server and end by its clock, so a living member could look dead. */
    private static final Set<String> NETWORK_FILE_SYSTEMS = Set.of(
            "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "9p", "ceph", "lustre", "gfs2", "ocfs2", "beegfs");

    private static final ConcurrentHashMap<Object, Boolean> LOCAL_DEVICES = new ConcurrentHashMap<>();

    private PrivateFiles() {}

    /** Creates the directory with mode 0700, or makes sure that the one that is there is {@linkplain #requirePrivate private}. */
    public static void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(directory)) {
                throw e;
            }
            requirePrivate(directory);
        }
    }

    /** Creates an empty file with mode 0600; refuses one that is there. */
    public static void createFile(Path file) throws IOException {
        Files.createFile(file, fileAttributes(file));
    }

    /** Refuses a symbolic link, another user's file or directory, and what group or others may write to. */
    public static void requirePrivate(Path path) throws IOException {
        requirePrivate(path, attributes(path));
    }

    static void requirePrivate(Path path, BasicFileAttributes attributes) throws IOException {
        refuse(path, objection(path, attributes));
    }

    /** Refuses a symbolic link, and another user's file or directory. */
    static void requireOwn(Path path, BasicFileAttributes attributes) throws IOException {
        refuse(path, objectionToOwner(path, attributes));
    }

    private static void refuse(Path path, @Nullable String objection) throws RegionFormatException {
        if (objection != null) {
            throw new RegionFormatException(path, objection);
        }
    }

    static boolean isOwn(BasicFileAttributes attributes) {
        return !(attributes instanceof PosixFileAttributes posix)
                || posix.owner().equals(CurrentUser.PRINCIPAL);
    }

    /** Refuses what everybody may write to. */
    static void requireClosedToAll(Path path, BasicFileAttributes attributes) throws IOException {
        if (attributes instanceof PosixFileAttributes posix
                && posix.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new RegionFormatException(path, openTo("everybody", posix));
        }
    }

    /** Takes all rights of group and others away, if they have any. */
    static void closeToGroup(PosixFileAttributeView file) throws IOException {
        Set<PosixFilePermission> permissions = file.readAttributes().permissions();
        if (permissions.stream().anyMatch(permission -> !OF_OWNER.contains(permission))) {
            Set<PosixFilePermission> own = new HashSet<>(permissions);
            own.retainAll(OF_OWNER);
            file.setPermissions(own);
        }
    }

    static boolean isPrivate(Path path) throws IOException {
        return objection(path, attributes(path)) == null;
    }

    /** Of a link itself; with owner and permissions where the file system knows them. */
    static BasicFileAttributes attributes(Path path) throws IOException {
        Class<? extends BasicFileAttributes> type =
                isPosix(path) ? PosixFileAttributes.class : BasicFileAttributes.class;
        return Files.readAttributes(path, type, LinkOption.NOFOLLOW_LINKS);
    }

    /** The attributes to create a file of mode 0600 with; empty where the file system knows no permissions. */
    static FileAttribute<?>[] fileAttributes(Path file) {
        return attributes(file, "rw-------");
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) {
        return isPosix(path)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static @Nullable String objection(Path path, BasicFileAttributes attributes) throws IOException {
        String objection = objectionToOwner(path, attributes);
        if (objection == null
                && attributes instanceof PosixFileAttributes posix
                && posix.permissions().stream().anyMatch(WRITABLE_BY_OTHERS::contains)) {
            return openTo("others", posix);
        }
        return objection;
    }

    private static String openTo(String whom, PosixFileAttributes attributes) {
        return whom + " may write to it: permissions=" + PosixFilePermissions.toString(attributes.permissions())
                + "; if its content is to be trusted, run chmod go-w on it";
    }

    private static @Nullable String objectionToOwner(Path path, BasicFileAttributes attributes) throws IOException {
        if (attributes.isSymbolicLink()) {
            return symbolicLink(path);
        }
        if (attributes instanceof PosixFileAttributes posix && !posix.owner().equals(CurrentUser.PRINCIPAL)) {
            return "it belongs to another user: owner=" + posix.owner().getName() + ", expected="
                    + CurrentUser.PRINCIPAL.getName() + "; use a path of your own";
        }
        return null;
    }

    private static String symbolicLink(Path path) throws IOException {
        return "it is a symbolic link: target=" + Files.readSymbolicLink(path) + "; name the target itself";
    }

    /** Refuses a directory on a network file system. */
    static void requireLocal(Path directory) throws IOException {
        if (!isPosix(directory) || LOCAL_DEVICES.containsKey(device(directory))) {
            return;
        }
        FileStore store = Files.getFileStore(directory);
        if (isNetwork(store.type())) {
            throw new RegionFormatException(
                    directory,
                    "it is on a network file system, where memory is not shared and locks end by a clock: type="
                            + store.type() + "; use a directory on this machine");
        }
        LOCAL_DEVICES.put(device(directory), true);
    }

    static boolean isNetwork(String fileStoreType) {
        String type = fileStoreType.toLowerCase(Locale.ROOT);
        return NETWORK_FILE_SYSTEMS.contains(type) || type.startsWith("fuse.sshfs") || type.startsWith("fuse.gluster");
    }

    static Object device(Path directory) throws IOException {
        return Files.getAttribute(directory, "unix:dev");
    }

    /** The owner of what this process creates. */
    private static final class CurrentUser {

        static final UserPrincipal PRINCIPAL = find();

        private static UserPrincipal find() {
            try {
                // not the user.name property, which anybody may set, and which says nothing about an effective user
                // not createTempFile: its random names cost a JVM that has just started 8 ms
                String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
                Path probe = Path.of(System.getProperty("java.io.tmpdir"), "ipcq-owner-" + random);
                createFile(probe);
                try {
                    return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
                } finally {
                    Files.delete(probe);
                }
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
