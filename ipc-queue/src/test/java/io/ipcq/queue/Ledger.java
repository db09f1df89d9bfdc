// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.DataInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * What one process says it has done to a queue: a file of its own, outside the product, written with one system call
 * for each record, so that it survives SIGKILL up to the last record.
 */
final class Ledger implements AutoCloseable {

    /** What happened to an element. */
    enum Kind {
        /** {@code put} was called. */
        BEGUN,
        /** {@code put} returned. */
        PUT,
        /** {@code get} returned it. */
        GOT,
        /** {@code receive} returned it, for the given attempt. */
        RECEIVED,
        /** {@code ack} was called. */
        ACKING,
        /** {@code ack} returned true. */
        ACKED,
        /** {@code ack} returned false. */
        LATE,
        /** It was found in the dead letters. */
        BURIED
    }

    /** One line of a ledger; a time as of {@link System#nanoTime}, which all processes of a machine share. */
    record Entry(Kind kind, int producer, long sequence, int attempt, long nanos) {}

    private static final int RECORD_BYTES = 28;
    private static final String SUFFIX = ".ledger";

    private final FileOutputStream out;

    private Ledger(FileOutputStream out) {
        this.out = out;
    }

    static Ledger create(Path directory, String name) {
        try {
            return new Ledger(
                    new FileOutputStream(directory.resolve(name + SUFFIX).toFile(), true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Kind kind, int producer, long sequence) {
        write(kind, producer, sequence, 0);
    }

    void write(Kind kind, int producer, long sequence, int attempt) {
        writeRange(kind, producer, sequence, 1, attempt);
    }

    /** Writes a record for each of {@code count} sequence numbers, in one call. */
    void writeRange(Kind kind, int producer, long from, int count, int attempt) {
        ByteBuffer records = ByteBuffer.allocate(count * RECORD_BYTES);
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            records.putInt(kind.ordinal())
                    .putInt(producer)
                    .putLong(from + i)
                    .putInt(attempt)
                    .putLong(now);
        }
        try {
            out.write(records.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** Each process' entries, in the order in which it wrote them. */
    static List<List<Entry>> readAll(Path directory) throws IOException {
        List<List<Entry>> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList()) {
                all.add(read(file));
            }
        }
        return all;
    }

    static List<Entry> read(Path directory, String name) throws IOException {
        Path file = directory.resolve(name + SUFFIX);
        return Files.exists(file) ? read(file) : Collections.emptyList();
    }

    private static List<Entry> read(Path file) throws IOException {
        // a record that a death has cut short was never written
        int records = (int) (Files.size(file) / RECORD_BYTES);
        List<Entry> entries = new ArrayList<>(records);
        ByteBuffer buffer;
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            buffer = ByteBuffer.wrap(in.readNBytes(records * RECORD_BYTES));
        }
        Kind[] kinds = Kind.values();
        for (int i = 0; i < records; i++) {
            entries.add(new Entry(
                    kinds[buffer.getInt()], buffer.getInt(), buffer.getLong(), buffer.getInt(), buffer.getLong()));
        }
        return entries;
    }
}
