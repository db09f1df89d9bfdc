// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that other users of this machine can neither open nor exchange for theirs. Thread-safe: it has no state. */
final class OwnFiles {

    static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwx------");
    static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");

    private static final int STICKY = 01000;

    private OwnFiles() {}

    /** The user of this process, and who is above all users. */
    private static final class Users {

        private static final UserPrincipal ME;
        private static final UserPrincipal ROOT;

        static {
            try {
                // not the property user.name, which anybody may set
                Path probe = Files.createTempFile("ipcq-owner-", null);
                try {
                    ME = Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
                } finally {
                    Files.delete(probe);
                }
                ROOT = Files.getOwner(probe.getRoot());
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    static UserPrincipal me() {
        return Users.ME;
    }

    /** Whether that is this process's user, or root, who could be anybody. */
    static boolean isTrusted(UserPrincipal user) {
        return user.equals(Users.ME) || user.equals(Users.ROOT);
    }

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Makes a directory 0700 with a name that nobody can guess, in the user's run-time directory if there is one. */
    static Path createTemporaryDirectory(String prefix) throws IOException {
        Path parent = runTimeDirectory(System.getenv("XDG_RUNTIME_DIR"));
        var mode = PosixFilePermissions.asFileAttribute(DIRECTORY_MODE);
        Path directory = parent == null
                ? Files.createTempDirectory(prefix, mode)
                : Files.createTempDirectory(parent, prefix, mode);
        return directory.toAbsolutePath();
    }

    /** Null if it is not one that belongs to this user alone. */
    static @Nullable Path runTimeDirectory(@Nullable String named) {
        if (named == null || named.isEmpty()) {
            return null;
        }
        try {
            Path directory = Path.of(named);
            return directory.isAbsolute() && objection(directory) == null && Files.isWritable(directory)
                    ? directory
                    : null;
        } catch (IOException | IllegalArgumentException notThere) {
            return null;
        }
    }

    /** Why a file or directory is not this user's alone; null if it is. Says nothing of the directories above. */
    static @Nullable String objection(Path path) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes.isSymbolicLink()) {
            return "it is a symbolic link; name the target itself";
        }
        if (!isTrusted(attributes.owner())) {
            return "it belongs to another user: owner=" + attributes.owner().getName() + ", expected=" + me().getName();
        }
        if (attributes.permissions().stream().anyMatch(permission -> !isOwners(permission))) {
            return "others may use it: permissions=" + PosixFilePermissions.toString(attributes.permissions());
        }
        return null;
    }

    private static boolean isOwners(PosixFilePermission permission) {
        return permission.name().startsWith("OWNER_");
    }

    /**
     * Why somebody else could put another thing where this path leads, by a directory above it: one that belongs to another
     * user, or that everybody may write to and is not sticky, as {@code /tmp} is. Null if nobody could.
     */
    static @Nullable String objectionAbove(Path path) throws IOException {
        Path above = path.toAbsolutePath().getParent();
        for (above = above == null ? null : above.toRealPath(); above != null; above = above.getParent()) {
            PosixFileAttributes attributes = Files.readAttributes(above, PosixFileAttributes.class);
            boolean open = attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)
                    && ((Integer) Files.getAttribute(above, "unix:mode") & STICKY) == 0;
            if (open || !isTrusted(attributes.owner())) {
                return "others may exchange what is in a directory above it: directory=" + above + ", owner="
                        + attributes.owner().getName() + ", permissions="
                        + PosixFilePermissions.toString(attributes.permissions());
            }
        }
        return null;
    }
}
