// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * A program that is an archive of archives, as Spring Boot makes them, unpacked so that its children can load from it.
 *
 * <p>Thread-safe; process-safe.
 */
final class UnpackedProgram {
    /*
     * Idea. A class path of java leads to no archive inside an archive. So what is in the outer one is copied, once for all JVMs of
     * this user that run the same program:
     *
     *   ipcq-programs-<user>/          0700 (CacheDirectory)
     *     <key>/                       the copy; key: names, sizes and checksums of what is in the archive
     *     <key>.lock                   shared by the JVMs that use the copy, which the kernel unlocks when they end
     *     <key>.new-<random>/          a copy that is being made
     *
     * Crash. A copy appears by being renamed, so whole. Who makes one removes what others left a day ago, and copies that nobody
     * uses and nobody has begun to use for a month.
     */

    private static final String PREFIX = "ipcq-programs-";
    private static final String LOCK = ".lock";
    private static final String NEW = ".new-";
    private static final Duration UNFINISHED_LIFE = Duration.ofDays(1);
    private static final Duration UNUSED_LIFE = Duration.ofDays(30);

    /** By the archive. Guarded by the class. */
    private static final Map<Path, UnpackedProgram> USED = new HashMap<>();

    private final Path copy;

    @SuppressWarnings("unused") // held until this JVM ends
    private final FileChannel locked;

    private UnpackedProgram(Path copy, FileChannel locked) {
        this.copy = copy;
        this.locked = locked;
    }

    /** The directory of the copy, which is made if need be. */
    static synchronized Path of(Path archive) throws IOException {
        UnpackedProgram used = USED.get(archive);
        if (used == null || !Files.isDirectory(used.copy, LinkOption.NOFOLLOW_LINKS)) {
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
        return used.copy;
    }

    private static UnpackedProgram use(Path cache, Path archive) throws IOException {
        try (JarFile jar = new JarFile(archive.toFile())) {
            return use(jar, cache, key(jar));
        } catch (IOException e) {
            throw new IOException(
                    "cannot unpack the program for its children: archive=" + archive + ", directory=" + cache + "; "
                            + e.getMessage(),
                    e);
        }
    }

    private static UnpackedProgram use(JarFile jar, Path cache, String key) throws IOException {
        Path copy = cache.resolve(key);
        FileChannel locked = lock(copy);
        boolean used = false;
        try {
            if (Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) {
                PrivateFiles.requirePrivate(copy);
                Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
            } else {
                removeLeftovers(cache);
                make(jar, copy, PrivateFiles.createRandomDirectory(cache, key + NEW));
            }
            used = true;
            return new UnpackedProgram(copy, locked);
        } finally {
            if (!used) {
                locked.close();
            }
        }
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

    private static FileChannel lock(Path copy) throws IOException {
        FileChannel file = openLock(copy);
        try {
            file.lock(0, 1, true);
        } catch (OverlappingFileLockException ours) {
            // another class loader of this JVM has it; to close the file would unlock that one's
        }
        return file;
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
            if (!Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) { // else another JVM was faster
                throw e;
            }
        }
    }

    private static void removeLeftovers(Path cache) throws IOException {
        Instant now = Instant.now();
        try (DirectoryStream<Path> copies = Files.newDirectoryStream(cache, Files::isDirectory)) {
            for (Path each : copies) {
                Duration age = Duration.between(Files.getLastModifiedTime(each).toInstant(), now);
                if (each.getFileName().toString().contains(NEW)) {
                    if (age.compareTo(UNFINISHED_LIFE) > 0) {
                        DirectoryHandle.delete(each);
                    }
                } else if (age.compareTo(UNUSED_LIFE) > 0
                        && USED.values().stream().noneMatch(used -> used.copy.equals(each))) {
                    removeIfUnused(each);
                }
            }
        }
    }

    private static void removeIfUnused(Path copy) throws IOException {
        try (FileChannel file = openLock(copy);
                FileLock lock = file.tryLock()) {
            if (lock != null) {
                DirectoryHandle.delete(copy);
            }
        } catch (OverlappingFileLockException ours) {
            // another class loader of this JVM uses it
        }
    }

    private static FileChannel openLock(Path copy) throws IOException {
        return FileChannel.open(
                copy.resolveSibling(copy.getFileName() + LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }
}
