// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.pool.PoolView;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What all looking commands say, in one archive: each entry holds the lines of one command, as with {@code --json}. */
final class Gathering {

    private final Path file;

    Gathering(Path file) {
        this.file = file;
    }

    /**
     * Writes a file that must not be there, of mode 0600.
     *
     * @param named queues with a path; those without are found
     */
    void write(List<Path> named) throws IOException {
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
            for (String command : List.of("stat", "who")) {
                for (int i = 0; i < queues.size(); i++) {
                    add(
                            zip,
                            "queue-" + (i + 1) + "-" + command + ".jsonl",
                            "queue",
                            command,
                            queues.get(i).toString(),
                            "--json");
                }
            }
            done = true;
        } finally {
            if (!done) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** What a command says, its messages after its lines. */
    private static void add(ZipOutputStream zip, String entry, String... command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Ipcq.run(new Screen(InputStream.nullInputStream(), out, err, Terminal.NONE), command);
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(out.toByteArray());
        zip.write(err.toByteArray());
        zip.closeEntry();
    }
}
