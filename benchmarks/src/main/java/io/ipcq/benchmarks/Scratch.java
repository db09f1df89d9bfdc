// SPDX-License-Identifier: Apache-2.0
package io.ipcq.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for one measurement, gone after it. */
public final class Scratch implements AutoCloseable {

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final String PREFIX = "ipcq-bench-";

    private final Path directory;

    private Scratch(Path directory) {
        this.directory = directory;
        // a run that is ended by Ctrl-C tidies up, too
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "scratch"));
    }

    /** In memory where the system has a place for that. */
    public Scratch() throws IOException {
        this(Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, PREFIX) : Files.createTempDirectory(PREFIX));
    }

    /** Where temporary files go, {@code java.io.tmpdir}: on a disk, unless the system keeps those in memory. */
    public static Scratch onDisk() throws IOException {
        return new Scratch(Files.createTempDirectory(PREFIX));
    }

    public Path resolve(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : all) {
                Files.deleteIfExists(file);
            }
        } catch (IOException gone) {
            // nobody to tell, and nothing to do about it
        }
    }
}
