// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.MappedRegion;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.memory.RegionFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A mapped file in this JVM's run directory. Other programs of this user read in it what this JVM shows. Nothing is
 * sent anywhere.
 *
 * <p>Thread-safe as {@link MappedRegion} is. Process-safe: one process writes, and any number of processes read. The
 * file is removed when the announcement is closed, or with the run directory. That is removed at the end of this JVM,
 * or by a sweep after this JVM was killed.
 */
public final class Announcement implements AutoCloseable {

    static final String SUFFIX = ".pool";

    private final Path file;
    private final MappedRegion region;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Announcement(Path file, MappedRegion region) {
        this.file = file;
        this.region = region;
    }

    /**
     * An announcement of a living JVM.
     *
     * @param pid of that JVM
     * @param region the mapped file, to be read only
     */
    public record Found(long pid, MappedRegion region) {}

    /** Makes an announcement. */
    public static Announcement make(RegionFormat format, long bytes, Consumer<MappedRegion> initialise)
            throws IOException {
        Path file = TaskPaths.next(SUFFIX);
        MappedRegion region = MappedRegion.create(file, format, bytes, initialise);
        RunDirectory.announced(file);
        return new Announcement(file, region);
    }

    /** The mapped file, to which this process writes. */
    public MappedRegion region() {
        return region;
    }

    /**
     * The announcements of all living JVMs of this user. Files that are damaged, of another version, or already removed
     * are left out.
     *
     * @param base their {@code java.io.tmpdir}
     */
    public static List<Found> all(Path base, RegionFormat format) throws IOException {
        List<Found> found = new ArrayList<>();
        for (Map.Entry<Path, Long> living : RunDirectory.living(base).entrySet()) {
            try (DirectoryHandle directory = DirectoryHandle.openOwn(living.getKey())) {
                for (String name : directory.names().stream().sorted().toList()) {
                    if (name.endsWith(SUFFIX)) {
                        add(found, living.getValue(), directory, name, format);
                    }
                }
            } catch (IOException gone) {
                // the JVM ended meanwhile
            }
        }
        return found;
    }

    private static void add(List<Found> found, long pid, DirectoryHandle directory, String name, RegionFormat format) {
        try {
            found.add(new Found(pid, MappedRegion.openReadOnly(directory, name, format)));
        } catch (IOException notForUs) {
            // it is closed by now, or cannot be read
        }
    }

    /**
     * The directory in which the programs of this user make their announcements, unless they use another directory for
     * temporary files.
     */
    public static Path defaultBase() throws IOException {
        return PrivateFiles.temporaryDirectory();
    }

    /** Removes the announcement. Idempotent. A file that cannot be removed is removed with the directory. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            region.release(region.sizeBytes());
        }
        try {
            Files.deleteIfExists(file);
            RunDirectory.withdrawn(file);
        } catch (IOException later) {
            // it is removed with the directory
        }
    }
}
