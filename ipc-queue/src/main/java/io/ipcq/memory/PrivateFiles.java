// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
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
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories that belong to one user alone: 0700 and 0600 from the first instant, whatever the umask.
 *
 * <p>A file or directory that exists already is refused if somebody else could have put it there, or could write to it.
 * A symbolic link in the last name of a path is never followed. Where the file system knows no owners or permissions,
 * there is nothing to check.
 *
 * <p>Thread-safe; process-safe; nothing here outlives the call but the files.
 */
public final class PrivateFiles {

    // there is no lambda and no stream on the way of a child to its task: the first of each costs a JVM milliseconds

    private static final int STICKY = 01000;

    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> TO_EVERYBODY = Set.of(PosixFilePermission.OTHERS_WRITE);

    private static final Set<PosixFilePermission> OF_OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /**
     * File systems whose record locks a server keeps and ends by its clock, so that a living member could look dead.
     */
    private static final Set<String> NETWORK_FILE_SYSTEMS = Set.of(
            "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "9p", "ceph", "lustre", "gfs2", "ocfs2", "beegfs");

    private static final ConcurrentHashMap<Object, Boolean> LOCAL_DEVICES = new ConcurrentHashMap<>();

    private PrivateFiles() {}

    /**
     * Creates the directory with mode 0700, or makes sure that the one that is there is
     * {@linkplain #requirePrivate private}.
     */
    public static void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(directory)) {
                throw e;
            }
            requirePrivate(directory);
        } catch (AccessDeniedException e) {
            throw denied(directory);
        }
    }

    /** The JDK's own has nothing but the path for a message. */
    static AccessDeniedException denied(Path path) {
        return new AccessDeniedException(path.toString(), null, "Permission denied");
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

    static boolean isOwn(Path path, BasicFileAttributes attributes) {
        return !(attributes instanceof PosixFileAttributes posix)
                || CurrentUser.get().owns(path, posix);
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
        if (!OF_OWNER.containsAll(permissions)) {
            Set<PosixFilePermission> own = new HashSet<>(permissions);
            own.retainAll(OF_OWNER);
            file.setPermissions(own);
        }
    }

    /** Whether that is a file or a directory of this user, and no link. */
    public static boolean isOwn(Path path) throws IOException {
        return objectionToOwner(path, attributes(path)) == null;
    }

    /** Whether that is a file or a directory of this user that nobody else may write to, and no link. */
    public static boolean isPrivate(Path path) throws IOException {
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

    private static @Nullable String objection(Path path, BasicFileAttributes attributes) throws IOException {
        String objection = objectionToOwner(path, attributes);
        if (objection == null
                && attributes instanceof PosixFileAttributes posix
                && hasOneOf(posix, WRITABLE_BY_OTHERS)) {
            return openTo("others", posix);
        }
        return objection;
    }

    private static boolean hasOneOf(PosixFileAttributes attributes, Set<PosixFilePermission> permissions) {
        return !Collections.disjoint(attributes.permissions(), permissions);
    }

    private static String openTo(String whom, PosixFileAttributes attributes) {
        return whom + " may write to it: permissions=" + PosixFilePermissions.toString(attributes.permissions())
                + "; if its content is to be trusted, run chmod go-w on it";
    }

    private static @Nullable String objectionToOwner(Path path, BasicFileAttributes attributes) throws IOException {
        if (attributes.isSymbolicLink()) {
            return symbolicLink(path);
        }
        if (attributes instanceof PosixFileAttributes posix && !isOwn(path, attributes)) {
            return "it belongs to another user: owner=" + posix.owner().getName() + ", expected="
                    + CurrentUser.get().principal.getName() + "; use a path of your own";
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

    /** The user of this process: the owner of what it creates. */
    public static UserPrincipal user() {
        return CurrentUser.get().principal;
    }

    /** Whether that is the number of this process's user; false where that is not known. */
    static boolean isUser(int number) {
        Integer own = CurrentUser.get().number;
        return own != null && own == number;
    }

    /** Whether that is this process's user, or root, who could be anybody. */
    public static boolean isTrusted(UserPrincipal user) {
        CurrentUser current = CurrentUser.get();
        return user.equals(current.principal) || user.equals(current.root);
    }

    /** Whether the file system knows owners and permissions. */
    public static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /**
     * The reason why somebody else could replace what this path leads to; null if nobody could. A directory above it
     * may belong to another user, or everybody may write to it and it is not sticky, as {@code /tmp} is. Or there is a
     * link of another user on the way.
     */
    public static @Nullable String objectionAbove(Path path) throws IOException {
        Path above = path.toAbsolutePath().getParent();
        return above == null ? null : objectionOnWay(above, TO_EVERYBODY, PrivateFiles::isTrusted);
    }

    /**
     * Whether nobody else could exchange what is in a directory, nor that itself: as {@link #objectionAbove}, but
     * without trust in a group.
     */
    public static boolean isClosedWay(Path directory) throws IOException {
        return objectionOnWay(directory.toAbsolutePath(), WRITABLE_BY_OTHERS, PrivateFiles::isTrusted) == null;
    }

    /** @param open a directory with one of these permissions is open, if it is not sticky */
    private static @Nullable String objectionOnWay(
            Path directory, Set<PosixFilePermission> open, Predicate<UserPrincipal> trusted) throws IOException {
        if (!isPosix(directory)) {
            return null;
        }
        Path at = directory.getRoot();
        String objection = objectionToEntries(at, open, trusted);
        for (Path name : directory) {
            Path next = at.resolve(name);
            Path real = next.toRealPath(); // and no endless chain of links
            if (objection == null && Files.isSymbolicLink(next)) {
                objection = objectionToLink(next, open, trusted);
            }
            if (objection == null) {
                objection = objectionToEntries(real, open, trusted);
            }
            at = real;
        }
        return objection;
    }

    private static @Nullable String objectionToLink(
            Path link, Set<PosixFilePermission> open, Predicate<UserPrincipal> trusted) throws IOException {
        UserPrincipal owner = Files.getOwner(link, LinkOption.NOFOLLOW_LINKS);
        return trusted.test(owner)
                ? objectionOnWay(link.resolveSibling(Files.readSymbolicLink(link)), open, trusted)
                : "a link on its way belongs to another user: link=" + link + ", owner=" + owner.getName();
    }

    private static @Nullable String objectionToEntries(
            Path directory, Set<PosixFilePermission> open, Predicate<UserPrincipal> trusted) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        boolean isOpen =
                hasOneOf(attributes, open) && ((Integer) Files.getAttribute(directory, "unix:mode") & STICKY) == 0;
        return !isOpen && trusted.test(attributes.owner())
                ? null
                : "others may exchange what is in a directory above it: directory=" + directory + ", owner="
                        + attributes.owner().getName() + ", permissions="
                        + PosixFilePermissions.toString(attributes.permissions());
    }

    /**
     * A directory for temporary files that nobody else can replace: {@code java.io.tmpdir}, or {@code /tmp} if others
     * could replace files there. Trust nothing that is found there, except by its owner.
     *
     * @throws IOException if there is no such place; the message says why
     */
    public static Path temporaryDirectory() throws IOException {
        StringJoiner objections = new StringJoiner("; ");
        for (Path directory : temporaryDirectories()) {
            String objection = objectionOnWay(directory, TO_EVERYBODY, PrivateFiles::isTrusted);
            if (objection == null) {
                return directory;
            }
            objections.add(objection);
        }
        throw noTemporaryDirectory(objections);
    }

    private static List<Path> temporaryDirectories() {
        return Stream.of(System.getProperty("java.io.tmpdir"), "/tmp")
                .map(directory -> Path.of(directory).toAbsolutePath())
                .toList();
    }

    private static IOException noTemporaryDirectory(StringJoiner objections) {
        return new IOException("there is no place for temporary files: " + objections
                + "; start this JVM with -Djava.io.tmpdir=DIRECTORY, one of your own");
    }

    /** Makes a directory 0700 that was not there before. */
    public static Path createRandomDirectory(Path parent, String prefix) throws IOException {
        return createNewDirectory(parent.resolve(prefix + randomName()));
    }

    /**
     * Makes a directory 0700.
     *
     * @throws FileAlreadyExistsException if there is anything of that name
     */
    public static Path createNewDirectory(Path directory) throws IOException {
        return Files.createDirectory(directory, attributes(directory, "rwx------"));
    }

    /**
     * Not of the JDK, whose random names cost a JVM that has just started 8 ms. What is there already is never taken.
     */
    private static String randomName() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    private static final class CurrentUser {
        /*
         * The property user.name says nothing: anybody may set it, and a process may act as another user. What the
         * process creates belongs to its user, but in an open directory somebody else could replace it before its owner
         * is read. So Linux is asked. Elsewhere a file is made where nobody but root and its owner could replace it.
         */

        private static final Path STATUS = Path.of("/proc/self/status");
        private static final String IDS = "Uid:";

        /** Found by the first who asks; what fails is tried again by the next, which no static initializer would do. */
        private static volatile @Nullable CurrentUser known;

        final UserPrincipal root;
        final UserPrincipal principal;
        /** By which files name their owner; null where only the name is known. */
        private final @Nullable Integer number;

        private CurrentUser() throws IOException {
            this.root = Files.getOwner(Path.of("").toAbsolutePath().getRoot());
            String id = idOfProcess();
            this.principal = id == null
                    ? ofFile(root)
                    : STATUS.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(id);
            this.number = id == null ? null : Integer.parseUnsignedInt(id);
        }

        /**
         * Whether this user owns what has these attributes. The JDK knows the number of an owner by a path only; for
         * the name it reads the system's table of users each time, which costs more than all else in a look at a queue.
         * So the number counts if the path leads to the same file.
         */
        boolean owns(Path path, PosixFileAttributes attributes) {
            Object owner = number == null ? null : ownerNumber(path, attributes.fileKey());
            return owner == null ? attributes.owner().equals(principal) : owner.equals(number);
        }

        /** Null if the path leads to another file, or to none. */
        private static @Nullable Object ownerNumber(Path path, Object key) {
            try {
                Map<String, Object> there = Files.readAttributes(path, "unix:uid,fileKey", LinkOption.NOFOLLOW_LINKS);
                return key.equals(there.get("fileKey")) ? there.get("uid") : null;
            } catch (IOException | UnsupportedOperationException notSaid) {
                return null;
            }
        }

        static CurrentUser get() {
            CurrentUser user = known;
            if (user == null) {
                try {
                    user = new CurrentUser();
                } catch (IOException e) {
                    throw new UncheckedIOException(
                            "the user of this process cannot be found out: " + e.getMessage(), e);
                }
                known = user;
            }
            return user;
        }

        /**
         * From {@code Uid: real effective saved file-system}, of which the last is that of what it creates; null where
         * the system does not say.
         */
        private static @Nullable String idOfProcess() throws IOException {
            if (!Files.isReadable(STATUS)) {
                return null;
            }
            for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(IDS)) {
                    return line.substring(line.lastIndexOf('\t') + 1);
                }
            }
            return null;
        }

        private static UserPrincipal ofFile(UserPrincipal root) throws IOException {
            StringJoiner objections = new StringJoiner("; ");
            for (Path directory : temporaryDirectories()) {
                Path probe = directory.resolve("ipcq-owner-" + randomName());
                try {
                    createFile(probe);
                } catch (IOException e) {
                    objections.add(e.toString());
                    continue;
                }
                try {
                    UserPrincipal owner = Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
                    String objection =
                            objectionOnWay(directory, TO_EVERYBODY, user -> user.equals(root) || user.equals(owner));
                    if (objection == null) {
                        return owner;
                    }
                    objections.add(objection);
                } finally {
                    Files.delete(probe);
                }
            }
            throw noTemporaryDirectory(objections);
        }
    }
}
