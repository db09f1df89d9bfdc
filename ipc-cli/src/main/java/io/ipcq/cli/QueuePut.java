// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts what it is given, or reads. */
@Command(
        name = "put",
        description = {
            "Puts elements, waiting while the queue is full: the arguments, or else each line of the standard input.",
            "For a queue of JSON an element is JSON; for one of text, text in UTF-8; for one of bytes, the bytes of the line."
        })
final class QueuePut implements Callable<Integer> {

    private static final int BATCH = 256;

    /** How what is read is meant. */
    static final class Form {
        @Option(names = "--json", description = "Each line is JSON; for a queue of text that is a string in quotes.")
        private boolean json;

        @Option(names = "--raw", description = "All of the standard input is one element, as it is encoded.")
        private boolean raw;
    }

    @Parameters(index = "0", paramLabel = "QUEUE", description = "Its directory, or its address.")
    @SuppressWarnings("NullAway.Init") // picocli
    private QueueName queue;

    @Parameters(index = "1..*", paramLabel = "ELEMENT", description = "Put in this order; the input is not read then.")
    private List<String> elements = new ArrayList<>();

    @ArgGroup
    private Form form = new Form();

    @Mixin
    private QueueAccess access = new QueueAccess();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Screen screen = Screen.of(spec);
        try (SharedQueue<byte[]> opened = access.open(queue)) {
            ElementText text = new ElementText(opened.codecId());
            if (!elements.isEmpty()) {
                opened.putAll(elements.stream()
                        .map(line -> text.parse(line.getBytes(StandardCharsets.UTF_8), form.json))
                        .toList());
            } else if (form.raw) {
                opened.put(screen.in().readAllBytes());
            } else {
                putLines(opened, text, new InputLines(screen.in()));
            }
        }
        return ExitCode.OK;
    }

    /** In batches as long as there is something to read, and at once when there is not. */
    private void putLines(SharedQueue<byte[]> opened, ElementText text, InputLines lines)
            throws IOException, InterruptedException {
        List<byte[]> batch = new ArrayList<>();
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            try {
                batch.add(text.parse(line, form.json));
            } catch (RuntimeException e) {
                opened.putAll(batch);
                throw new IllegalArgumentException(
                        "line " + lines.number() + " was not put, nor what comes after it: " + e.getMessage(), e);
            }
            if (batch.size() == BATCH || !lines.isReady()) {
                opened.putAll(batch);
                batch.clear();
            }
        }
        opened.putAll(batch);
    }
}
