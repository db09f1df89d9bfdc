// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.pool.PoolView;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What the looking commands say, in one archive: each entry holds the lines of one command, as with {@code --json}.
 * {@code browse} and {@code tail} are not among them, as these print elements.
 */
final class Gathering {

    private static final int AT_ONCE = 32;

    /** What is asked of each queue. */
    private static final List<String> OF_EACH_QUEUE = List.of("stat", "who", "verify");

    private final List<Path> named;
    private final List<Path> queues;
    private final List<Long> programs;
    private final Overview.@Nullable NamedManager manager;

    /**
     * Finds out whom to ask.
     *
     * @param named queues with a path; those without are found
     * @param manager to look at as well, if one is given
     */
    Gathering(List<Path> named, Overview.@Nullable NamedManager manager) throws IOException {
        this.named = named;
        this.queues = new ArrayList<>(named);
        this.queues.addAll(SharedQueue.anonymousDirectories());
        this.programs = PoolView.all().stream().map(PoolView::pid).distinct().toList();
        this.manager = manager;
    }

    /** How many entries it has. */
    int size() {
        return 4 + programs.size() + OF_EACH_QUEUE.size() * queues.size() + (manager == null ? 0 : 3);
    }

    /** Writes a file that must not be there, of mode 0600. */
    void write(Path file, CommandProgress progress) throws IOException {
        PrivateFiles.createFile(file);
        boolean done = false;
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, "doctor.jsonl", progress, () -> said("doctor", "--json"));
            add(zip, "pools.jsonl", progress, () -> said("pool", "ls", "--json"));
            for (long pid : programs) {
                add(zip, "pool-" + pid + ".jsonl", progress, () -> said("pool", "show", "" + pid, "--json"));
            }
            add(zip, "queues.jsonl", progress, () -> overview("queue", "ls", "--json"));
            add(zip, "top.jsonl", progress, () -> overview("top", "--once", "--json"));
            for (String command : OF_EACH_QUEUE) {
                List<byte[]> said = ofEach(queue -> said("queue", command, queue.toString(), "--json"), progress);
                for (int i = 0; i < queues.size(); i++) {
                    add(zip, "queue-" + (i + 1) + "-" + command + ".jsonl", said.get(i));
                }
            }
            Overview.NamedManager asked = manager;
            if (asked != null) {
                add(zip, "manager-stat.jsonl", progress, () -> said(asked.words("manager", "stat")));
                add(zip, "manager-ls.jsonl", progress, () -> said(asked.words("manager", "ls")));
                add(zip, "lock-ls.jsonl", progress, () -> said(asked.words("lock", "ls")));
            }
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** At the same time: each command may watch for a second. */
    private List<byte[]> ofEach(Function<Path, byte[]> command, CommandProgress progress) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<CompletableFuture<byte[]>> said = queues.stream()
                    .map(queue -> CompletableFuture.supplyAsync(() -> command.apply(queue), threads)
                            .whenComplete((answer, failure) -> progress.step()))
                    .toList();
            return said.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    /** What a command says of the queues without a path, which it finds itself, and then of those with a path. */
    private byte[] overview(String... command) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(said(command));
        // one that is not there would end the command; those for each queue say so
        List<Path> there = named.stream().filter(QueueView::isThere).toList();
        if (!there.isEmpty()) {
            all.writeBytes(said(Stream.concat(Stream.of(command), there.stream().map(Path::toString))
                    .toArray(String[]::new)));
        }
        return all.toByteArray();
    }

    private static void add(ZipOutputStream zip, String entry, CommandProgress progress, Supplier<byte[]> answer)
            throws IOException {
        add(zip, entry, answer.get());
        progress.step();
    }

    private static void add(ZipOutputStream zip, String entry, byte[] said) throws IOException {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(said);
        zip.closeEntry();
    }

    /** What a command says, its messages after its lines. */
    private static byte[] said(String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Ipcq.run(new Screen(InputStream.nullInputStream(), out, err, Terminal.NONE), command);
        out.writeBytes(err.toByteArray());
        return out.toByteArray();
    }
}
