// SPDX-License-Identifier: Apache-2.0
package io.ipcq.connection;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Files that other users of this machine can neither open nor replace by theirs. Thread-safe: it has no state. */
final class OwnFiles {

    static final Set<PosixFilePermission> DIRECTORY_MODE = PosixFilePermissions.fromString("rwx------");
    static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");

    private OwnFiles() {}

    /**
     * A directory in which directories of sockets can be made, and the path of a socket is not too long: the user's
     * run-time directory, that for temporary files, or {@code /tmp}.
     *
     * @throws BindException if there is none; the message says why
     */
    static Path socketParent() throws IOException {
        Path parent = runTimeDirectory(System.getenv("XDG_RUNTIME_DIR"));
        return parent == null || isTooLong(parent)
                ? socketParent(List.of(System.getProperty("java.io.tmpdir"), "/tmp"))
                : parent.toAbsolutePath();
    }

    /** The first in which a socket can be made that nobody else can replace. */
    static Path socketParent(List<String> candidates) throws IOException {
        StringJoiner objections = new StringJoiner("; ");
        for (String candidate : candidates) {
            Path directory = Path.of(candidate).toAbsolutePath();
            String objection = socketObjection(directory);
            if (objection == null) {
                return directory;
            }
            objections.add(directory + ": " + objection);
        }
        throw new BindException("there is no place for a socket: " + objections
                + ". Set XDG_RUNTIME_DIR to a short directory of mode 0700, or -Djava.io.tmpdir to a short one");
    }

    private static @Nullable String socketObjection(Path directory) throws IOException {
        if (isTooLong(directory)) {
            return "its path is too long";
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            return "it is no directory that can be written to";
        }
        return PrivateFiles.objectionAbove(directory.resolve("any"));
    }

    private static boolean isTooLong(Path parent) {
        return parent.toString().getBytes(UTF_8).length + SocketDirectories.NAME_BYTES > UnixSocketFile.MAX_PATH_BYTES;
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
        if (!PrivateFiles.isTrusted(attributes.owner())) {
            return "it belongs to another user: owner=" + attributes.owner().getName() + ", expected="
                    + PrivateFiles.user().getName();
        }
        if (attributes.permissions().stream().anyMatch(permission -> !isOwners(permission))) {
            return "others may use it: permissions=" + PosixFilePermissions.toString(attributes.permissions());
        }
        return null;
    }

    private static boolean isOwners(PosixFilePermission permission) {
        return permission.name().startsWith("OWNER_");
    }
}
