// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file for class-data sharing. It holds the classes that every child loads at its start, parsed and verified.
 * Children map the file instead of loading these classes.
 */
final class ClassArchive {
    /*
     * Idea. The JVM uses an archive for every class path that begins with the archive's own. So the archive covers
     * ipcq's own jars only, and these come first in the child's class path. It serves all programs that use these jars,
     * whatever else is on their class paths. That may be directories, too, which no archive can cover. The name of the
     * archive says what it was made of:
     *
     *   ipcq-archives-<user>/                      0700, where nobody else can exchange it (CacheDirectory)
     *     <key>.<checksum>.jsa                     key: the JDK, the paths, sizes and times of the jars
     *     <key>.<pid>.new                          an archive that is being made
     *
     * Crash. A finished archive is renamed, so others see only whole ones. The JVM checks for which JDK and jars an
     * archive was made. It does not check that its pages are intact. So each parent compares the checksum once.
     *
     * An archive is never needed. If it cannot be made, read or used, children start without it. With
     * -Dipcq.archive=off none is made or used.
     */

    /** The system property. With {@code off}, children start without an archive, and none is made. */
    static final String PROPERTY = "ipcq.archive";

    static final String PREFIX = "ipcq-archives-";
    private static final String SUFFIX = ".jsa";
    private static final int BUFFER_BYTES = 1 << 16;

    private final CacheDirectory cache;
    private final List<Path> jars;
    private final String key;

    private @Nullable Path verified;

    /**
     * The archive of this JVM. It is determined once, because it depends only on this JVM and the files that it loads
     * ipcq from. If that fails, the next caller tries again.
     */
    private static volatile @Nullable Found found;

    /** The result. {@code current} is null if there can be no archive. */
    private record Found(@Nullable ClassArchive current) {}

    private ClassArchive(CacheDirectory cache, List<Path> jars, String key) {
        this.cache = cache;
        this.jars = jars;
        this.key = key;
    }

    /** The archive for the children of this program. It may have to be made first. Null if there can be none. */
    static @Nullable ClassArchive current() {
        Found archive = found;
        if (archive == null) {
            archive = new Found(ofThisJvm());
            found = archive;
        }
        return archive.current;
    }

    /**
     * The archive for the jars that hold the named classes. Null if one of the classes is in no jar, or if no private
     * directory can be made.
     */
    static @Nullable ClassArchive of(Path base, ClassLoader loader, List<String> classes) {
        try {
            Set<Path> jars = new LinkedHashSet<>();
            for (String name : classes) {
                Path jar = jarOf(loader.getResource(fileOf(name)));
                if (jar == null) {
                    return null;
                }
                jars.add(jar);
            }
            return new ClassArchive(CacheDirectory.of(base, PREFIX), List.copyOf(jars), key(jars));
        } catch (IOException | RuntimeException notHere) {
            return null;
        }
    }

    private static String fileOf(String type) {
        return type.replace('.', '/') + ".class";
    }

    /** The jars with which the class path of a child has to begin. */
    List<Path> jars() {
        return jars;
    }

    String key() {
        return key;
    }

    CacheDirectory cache() {
        return cache;
    }

    Path directory() {
        return cache.path();
    }

    /** The file, if it has been made and has not changed since. A changed file is deleted. */
    synchronized @Nullable Path file() {
        if (verified == null) {
            verified = find();
        }
        return verified;
    }

    /** Renames a finished file to the name by which others find it. */
    void publish(Path made) throws IOException {
        Files.move(made, directory().resolve(nameOf(made)));
    }

    /** The options that make a JVM use the file, and print nothing if it cannot use it. */
    static List<String> options(Path file) {
        return List.of("-Xlog:cds*=off", "-XX:SharedArchiveFile=" + file);
    }

    /** The options that make a JVM write the file when it ends. */
    static List<String> makingOptions(Path file) {
        return List.of("-Xlog:cds*=off", "-XX:ArchiveClassesAtExit=" + file);
    }

    /** Whether an option of a child concerns archives, so that the options of this class would contradict it. */
    static boolean isConcernedBy(String option) {
        return option.startsWith("-Xshare")
                || option.startsWith("-XX:SharedArchiveFile")
                || option.startsWith("-XX:ArchiveClassesAtExit")
                || option.startsWith("-XX:SharedClassListFile")
                || option.startsWith("-XX:DumpLoadedClassList")
                || option.startsWith("-XX:AOT");
    }

    private @Nullable Path find() {
        try {
            cache.use(key);
            try (DirectoryStream<Path> candidates = Files.newDirectoryStream(directory(), key + ".*" + SUFFIX)) {
                for (Path candidate : candidates) {
                    if (candidate.getFileName().toString().equals(nameOf(candidate))) {
                        Files.setLastModifiedTime(candidate, FileTime.from(Instant.now()));
                        return candidate;
                    }
                    Files.deleteIfExists(candidate);
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            // as if there were none
        }
        return null;
    }

    private String nameOf(Path file) throws IOException {
        return key + "." + checksum(file) + SUFFIX;
    }

    static String checksum(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                sum.update(buffer.flip());
                buffer.clear();
            }
        }
        return Long.toHexString(sum.getValue());
    }

    private static String key(Iterable<Path> jars) throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.home"))
                .append('|')
                .append(System.getProperty("java.vm.version"));
        for (Path jar : jars) {
            text.append('|')
                    .append(jar)
                    .append('|')
                    .append(Files.size(jar))
                    .append('|')
                    .append(Files.getLastModifiedTime(jar).toMillis());
        }
        return UUID.nameUUIDFromBytes(text.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static @Nullable Path jarOf(@Nullable URL url) throws IOException {
        Path jar = url == null ? null : CodeLocation.ofJarOf(url);
        return jar != null && Files.isRegularFile(jar, LinkOption.NOFOLLOW_LINKS) ? jar : null;
    }

    private static @Nullable ClassArchive ofThisJvm() {
        if (System.getProperty(PROPERTY, "on").equals("off")
                || ClassArchive.class.getModule().isNamed()
                || !JvmFlags.isKnown("SharedArchiveFile")) {
            return null;
        }
        try {
            ClassLoader loader = ClassArchive.class.getClassLoader();
            Stream<String> optional = Stream.of("org.slf4j.LoggerFactory", "com.kenai.jffi.Library")
                    .filter(name -> loader.getResource(fileOf(name)) != null);
            List<String> classes = Stream.concat(
                            Stream.of(ClassArchive.class.getName(), SharedQueue.class.getName()), optional)
                    .toList();
            return of(PrivateFiles.temporaryDirectory(), loader, classes);
        } catch (IOException without) {
            return null;
        }
    }
}
