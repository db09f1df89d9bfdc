// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * The unpacked copy of a program that is an archive of archives, as Spring Boot makes them. The program's children load
 * their classes from it.
 *
 * <p>Thread-safe; process-safe.
 */
final class UnpackedProgram {
    /*
     * Idea. A class path cannot name an archive inside an archive. So the contents of the outer archive are copied,
     * once for all JVMs of this user that run the same program:
     *
     *   ipcq-programs-<user>/          0700 (CacheDirectory)
     *     <key>/                       the copy; key: names, sizes and checksums of what is in the archive
     *     <key>.new-<random>/          a copy that is being made
     *
     * Crash. A finished copy is renamed, so others see only whole ones. Later programs sweep unfinished copies of
     * others, and copies that nobody uses any more.
     */

    static final String PREFIX = "ipcq-programs-";
    private static final String NEW = ".new-";

    /** The copies in use, by archive. Guarded by the class. */
    private static final Map<Path, Path> USED = new HashMap<>();

    private UnpackedProgram() {}

    /** The directory of the copy. The copy is made if there is none. */
    static synchronized Path of(Path archive) throws IOException {
        Path used = USED.get(archive);
        if (used == null || !Files.isDirectory(used, LinkOption.NOFOLLOW_LINKS)) {
            boolean interrupted = Thread.interrupted(); // it would close the files
            try {
                used = use(CacheDirectory.of(PrivateFiles.temporaryDirectory(), PREFIX), archive);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            USED.put(archive, used);
        }
        return used;
    }

    private static Path use(CacheDirectory cache, Path archive) throws IOException {
        try (JarFile jar = new JarFile(archive.toFile())) {
            return use(jar, cache, key(jar));
        } catch (IOException e) {
            throw new IOException(
                    "cannot unpack the program for its children: archive=" + archive + ", directory=" + cache.path()
                            + "; " + e.getMessage(),
                    e);
        }
    }

    private static Path use(JarFile jar, CacheDirectory cache, String key) throws IOException {
        cache.use(key);
        cache.sweep();
        Path copy = cache.path().resolve(key);
        if (Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) {
            PrivateFiles.requirePrivate(copy);
            Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
        } else {
            make(jar, copy, PrivateFiles.createRandomDirectory(cache.path(), key + NEW));
        }
        return copy;
    }

    private static String key(JarFile jar) {
        StringBuilder text = new StringBuilder();
        for (ZipEntry entry : Collections.list(jar.entries())) {
            text.append(entry.getName()).append('|').append(entry.getSize()).append('|');
            text.append(entry.getCrc()).append('\n');
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private static void make(JarFile jar, Path copy, Path made) throws IOException {
        try {
            for (ZipEntry entry : Collections.list(jar.entries())) {
                Path target = made.resolve(entry.getName()).normalize();
                if (!target.startsWith(made)) {
                    throw new IOException("an entry leads out of the archive: entry=" + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (InputStream content = jar.getInputStream(entry)) {
                        Files.copy(content, target);
                    }
                }
            }
            Files.move(made, copy, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            DirectoryHandle.delete(made);
            if (!Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) { // otherwise another JVM was faster
                throw e;
            }
        }
    }
}
