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

    private final Path file;

    Gathering(Path file) {
        this.file = file;
    }

    /**
     * Writes a file that must not be there, of mode 0600.
     *
     * @param named queues with a path; those without are found
     * @param manager to look at as well, if one is given
     */
    void write(List<Path> named, Overview.@Nullable NamedManager manager) throws IOException {
        PrivateFiles.createFile(file);
        boolean done = false;
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, "doctor.jsonl", "doctor", "--json");
            add(zip, "pools.jsonl", "pool", "ls", "--json");
            for (long pid :
                    PoolView.all().stream().map(PoolView::pid).distinct().toList()) {
                add(zip, "pool-" + pid + ".jsonl", "pool", "show", Long.toString(pid), "--json");
            }
            List<Path> queues = new ArrayList<>(named);
            queues.addAll(SharedQueue.anonymousDirectories());
            add(zip, "queues.jsonl", overview(named, "queue", "ls", "--json"));
            add(zip, "top.jsonl", overview(named, "top", "--once", "--json"));
            for (String command : List.of("stat", "who", "verify")) {
                List<byte[]> said = ofEach(queues, queue -> said("queue", command, queue.toString(), "--json"));
                for (int i = 0; i < queues.size(); i++) {
                    add(zip, "queue-" + (i + 1) + "-" + command + ".jsonl", said.get(i));
                }
            }
            if (manager != null) {
                add(zip, "manager-stat.jsonl", manager.words("manager", "stat"));
                add(zip, "manager-ls.jsonl", manager.words("manager", "ls"));
                add(zip, "lock-ls.jsonl", manager.words("lock", "ls"));
            }
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** At the same time: each command may watch for a second. */
    private static List<byte[]> ofEach(List<Path> queues, Function<Path, byte[]> command) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<CompletableFuture<byte[]>> said = queues.stream()
                    .map(queue -> CompletableFuture.supplyAsync(() -> command.apply(queue), threads))
                    .toList();
            return said.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    /** What a command says of the queues without a path, which it finds itself, and then of those with a path. */
    private static byte[] overview(List<Path> named, String... command) {
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

    private static void add(ZipOutputStream zip, String entry, String... command) throws IOException {
        add(zip, entry, said(command));
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
