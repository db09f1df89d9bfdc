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
 * A mapped file in this JVM's run directory, through which other programs of this user see something of it; nothing is
 * sent anywhere.
 *
 * <p>Thread-safe as {@link MappedRegion} is. Process-safe: one process writes, any number look, and these write
 * nothing. It goes when it is closed, or with the run directory: at the end of this JVM, or when somebody sweeps there
 * after it was killed.
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
     * What was announced by a JVM that lives.
     *
     * @param pid of that JVM
     * @param region to be looked at, not written
     */
    public record Found(long pid, MappedRegion region) {}

    /** Makes one. */
    public static Announcement make(RegionFormat format, long bytes, Consumer<MappedRegion> initialise)
            throws IOException {
        Path file = TaskPaths.next(SUFFIX);
        MappedRegion region = MappedRegion.create(file, format, bytes, initialise);
        RunDirectory.announced(file);
        return new Announcement(file, region);
    }

    /** Where this process writes what it announces. */
    public MappedRegion region() {
        return region;
    }

    /**
     * What the living JVMs of this user have announced. What is damaged, of another version, or gone by now is left
     * out.
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
                // it has ended while we looked
            }
        }
        return found;
    }

    private static void add(List<Found> found, long pid, DirectoryHandle directory, String name, RegionFormat format) {
        try {
            found.add(new Found(pid, MappedRegion.openReadOnly(directory, name, format)));
        } catch (IOException notForUs) {
            // closed by now, or nothing that we could read
        }
    }

    /**
     * Where this user's programs announce what they have, unless they were told to use another place for temporary
     * files.
     */
    public static Path defaultBase() throws IOException {
        return PrivateFiles.temporaryDirectory();
    }

    /** Takes it back. Idempotent; a file that cannot be removed goes with the directory. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            region.release(region.sizeBytes());
        }
        try {
            Files.deleteIfExists(file);
            RunDirectory.withdrawn(file);
        } catch (IOException later) {
            // with the directory
        }
    }
}
