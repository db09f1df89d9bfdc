// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.codec.Codec;
import io.ipcq.memory.DirectoryHandle;
import io.ipcq.memory.LifeLock;
import io.ipcq.memory.LiveDirectory;
import io.ipcq.memory.PrivateFiles;
import io.ipcq.queue.DurableQueue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The directory of a {@code map}: what is to be done, and what was. */
final class MapJob implements AutoCloseable {
    /*
     * Idea
     *   <directory>/
     *     alive       locked by the run that works here
     *     inputs/     a durable queue: each line of the input with its number; shut down, so that it ends when it is
     *                 drained
     *     results/    a durable queue that nobody takes from: a journal of what came of each input
     *     job.json    the command, where it runs, how many inputs; there once all inputs are
     *
     * Crash. Without job.json nothing has been run, and the next run begins anew. With it, an input is in the queue
     * until its result is in the journal: whoever is killed between has it run once more, as has whoever is killed
     * while it runs. The lease of who is dead ends at once. After a crash of the machine more may run again: neither
     * journal is forced to the disk for each.
     */

    /** An input and its number, from 1. */
    record Input(long number, String line) {}

    /**
     * What came of an input.
     *
     * @param number of the input
     * @param line the input
     * @param exit the exit code; {@link #NOT_STARTED} if the command could not be started, {@link #TOO_LATE} if it took
     *     too long
     * @param runs how often it was run, by this program
     * @param output what the command printed, to either stream
     * @param cut how many bytes of that were left out
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    record Result(long number, String line, int exit, int runs, byte[] output, long cut) {

        boolean isGood() {
            return exit == 0;
        }
    }

    /** What is done here. */
    record Header(List<String> command, String directory, long inputs) {}

    static final int NOT_STARTED = 127;
    static final int TOO_LATE = 124;

    private static final Codec<Header> HEADER = Codec.json(Header.class);
    private static final int BATCH = 256;
    /** A run that is killed counts as an attempt, and none of these is to be given up. */
    private static final int MOST_ATTEMPTS = 1_000_000;

    private static final String TEMPORARY = "ipcq-map-";

    /** Locked while a run works on the job. */
    private static final String ALIVE = "alive";

    private final Path directory;
    private final @Nullable LifeLock lock;
    private final @Nullable LiveDirectory temporary;

    private @Nullable DurableQueue<Input> inputs;
    private @Nullable DurableQueue<Result> results;
    private @Nullable Header header;

    private MapJob(Path directory, @Nullable LifeLock lock, @Nullable LiveDirectory temporary) {
        this.directory = directory;
        this.lock = lock;
        this.temporary = temporary;
    }

    /** @param named where the job is kept; null for a place that goes when it is done */
    static MapJob open(@Nullable Path named) throws IOException {
        if (named == null) {
            Path base = PrivateFiles.temporaryDirectory();
            LiveDirectory.sweep(base, TEMPORARY, (directory, name) -> false);
            LiveDirectory made = LiveDirectory.create(base, TEMPORARY);
            return new MapJob(made.path(), null, made);
        }
        Path directory = named.toAbsolutePath();
        PrivateFiles.createDirectory(directory);
        requireJob(directory);
        LifeLock lock = LifeLock.tryTake(directory.resolve(ALIVE));
        if (lock == null) {
            throw new IllegalStateException("another run works on this job: job=" + directory
                    + "; wait for its end, or name another directory");
        }
        return new MapJob(directory, lock, null);
    }

    /** What is in a directory of somebody's own must not be taken for what a run has left. */
    private static void requireJob(Path directory) throws IOException {
        if (Files.notExists(directory.resolve(ALIVE), LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> there = Files.list(directory)) {
                if (there.findAny().isPresent()) {
                    throw new IllegalArgumentException("this directory is no job, and not empty: job=" + directory
                            + "; name one that is not there yet");
                }
            }
        }
    }

    /** Whether there are inputs already, of a run before; the standard input is not read then. */
    boolean isBegun() {
        return Files.exists(headerFile());
    }

    private Path headerFile() {
        return directory.resolve("job.json");
    }

    /** Goes on with what a run before has left. */
    void resume(List<String> command) throws IOException {
        Header found = HEADER.decode(Files.readAllBytes(headerFile()));
        Header wanted = header(command, found.inputs);
        if (!found.equals(wanted)) {
            throw new IllegalArgumentException("this job is of another command: job=" + directory + ", command="
                    + found.command + ", directory=" + found.directory + "; call it so, or name another job");
        }
        inputs = DurableQueue.open(directory.resolve("inputs"), Input.class);
        results = DurableQueue.open(directory.resolve("results"), Result.class);
        header = found;
    }

    /** Reads all inputs, each a line. Nothing is run before all are here, and so survive. */
    void load(List<String> command, InputStream in) throws IOException, InterruptedException {
        for (String name : List.of("inputs", "results")) {
            if (Files.exists(directory.resolve(name))) {
                DirectoryHandle.delete(directory.resolve(name)); // of a run that was killed while it read
            }
        }
        DurableQueue<Input> target =
                DurableQueue.builder(Input.class).maxAttempts(MOST_ATTEMPTS).create(directory.resolve("inputs"));
        inputs = target;
        results = DurableQueue.create(directory.resolve("results"), Result.class);
        List<Input> batch = new ArrayList<>();
        InputLines lines = new InputLines(in);
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            batch.add(new Input(lines.number(), text(line, lines.number())));
            if (batch.size() == BATCH) {
                target.putAll(batch);
                batch.clear();
            }
        }
        target.putAll(batch);
        target.shutdown();
        target.flush(); // or a machine that crashes could have the number of inputs, and not all of them
        Header made = header(command, lines.number());
        Path unfinished = directory.resolve("job.json.new");
        Files.write(unfinished, HEADER.encode(made));
        Files.move(unfinished, headerFile(), StandardCopyOption.ATOMIC_MOVE);
        header = made;
    }

    private static String text(byte[] line, long number) {
        try {
            return InputLines.text(line);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "nothing was run, as line " + number + " cannot be an argument: " + e.getMessage(), e);
        }
    }

    private static Header header(List<String> command, long inputs) {
        return new Header(command, Path.of("").toAbsolutePath().toString(), inputs);
    }

    Path directory() {
        return directory;
    }

    long size() {
        return Objects.requireNonNull(header).inputs;
    }

    DurableQueue<Input> inputs() {
        return Objects.requireNonNull(inputs);
    }

    DurableQueue<Result> results() {
        return Objects.requireNonNull(results);
    }

    /** Lets go of it; a temporary one is removed. */
    @Override
    public void close() throws IOException {
        if (inputs != null) {
            inputs.close();
        }
        if (results != null) {
            results.close();
        }
        if (lock != null) {
            lock.close();
        }
        if (temporary != null) {
            for (String name : List.of("inputs", "results", "job.json")) {
                if (Files.exists(directory.resolve(name))) {
                    DirectoryHandle.delete(directory.resolve(name));
                }
            }
            temporary.removeIfEmpty();
        }
    }
}
